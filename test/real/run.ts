import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '../../lambda/core/digest-of.ts'
import { type ClaimContent, demandId } from '../../lambda/core/evidence.ts'
import type { Digest } from '../../lambda/core/image.ts'
import { isObject } from '../../lambda/core/is-object.ts'
import type { Descriptor } from '../../lambda/core/manifest.ts'
import type { Demand } from '../../lambda/core/policy/policy.ts'
import { legacyBundle } from '../../lambda/formats/legacy-bundle.ts'
import { authenticator } from '../../lambda/trust/authenticate.ts'
import { publicGoodRoot } from '../../lambda/trust/public-good.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'

// npm run test:real -- DIR: verifies signatures of real public images offline, under the public-good root of this release.
// Each JSON file of DIR holds an imageDigest, with a `bundle`, or a legacy `layer` and its `layerBlob`, or both.

const DEMAND: Demand = { signer: { kind: 'certificate', sct: true }, root: 'public-good', log: 1, timestamp: 0 }
const NOBODY = `sha256:${'0'.repeat(64)}` as const

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: npm run test:real -- DIR')
const trusted = { materials: trustMaterials({ 'public-good': publicGoodRoot() }), keys: {}, now: new Date() }

const results: boolean[] = []
for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted()) {
  const json: unknown = JSON.parse(await readFile(join(folder, file), 'utf8'))
  if (isObject(json) && 'certificateAuthorities' in json) continue
  const claims = isObject(json) ? claimsIn(json) : []
  if (claims.length === 0) report(false, file, 'holds neither a bundle nor a legacy layer')
  for (const [carrier, content] of claims) {
    const { imageDigest } = json as { imageDigest: Digest }
    const proof = prove(content, imageDigest)
    const other = prove(content, NOBODY)
    if (!proof.ok) report(false, `${file} ${carrier}`, `${proof.fault}: ${proof.detail}`)
    else if (other.ok || other.fault !== 'subject-mismatch')
      report(false, `${file} ${carrier}`, 'vouches for any image')
    else report(true, `${file} ${carrier}`, JSON.stringify({ ...proof.signer, claims: undefined }))
  }
}
const passed = results.filter(Boolean).length
console.log(`${passed} passed, ${results.length - passed} failed`)
process.exitCode = passed === results.length && passed > 0 ? 0 : 1

function claimsIn({ bundle, layer, layerBlob }: Readonly<Record<string, unknown>>): [string, ClaimContent][] {
  const bytes = isObject(layer) && typeof layerBlob === 'string' ? bytesOf(layerBlob, layer.digest) : undefined
  const claims: [string, ClaimContent][] = []
  if (bundle !== undefined) claims.push(['bundle', { kind: 'bundle', bundle, ...(bytes && { artifact: bytes }) }])
  if (bytes !== undefined) claims.push(['legacy layer', legacyBundle(layer as Descriptor, bytes)])
  return claims
}

/** A layer as text or in base64, whichever hashes to its digest. */
function bytesOf(blob: string, digest: unknown): Buffer | undefined {
  return [Buffer.from(blob), Buffer.from(blob, 'base64')].find((bytes) => digestOf(bytes) === digest)
}

function prove(content: ClaimContent, image: Digest) {
  const claim = { carrier: 'kept', source: '', manifest: image, layer: image, content }
  const [judged] = authenticator([DEMAND], trusted)([claim], image)
  const proof = judged?.proofs.get(demandId(DEMAND))
  if (proof === undefined) throw new Error('nothing was judged')
  return proof
}

function report(ok: boolean, name: string, detail: string): void {
  results.push(ok)
  console.log(`${ok ? 'ok   ' : 'WRONG'} ${name}: ${detail}`)
}
