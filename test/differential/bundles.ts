import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { matchesIdentity } from '../../lambda/core/checks/identity.ts'
import { digestOf } from '../../lambda/core/digest-of.ts'
import { demandId, type Proof } from '../../lambda/core/evidence.ts'
import type { Digest } from '../../lambda/core/image.ts'
import type { Demand } from '../../lambda/core/policy/policy.ts'
import { Misconfigured } from '../../lambda/errors.ts'
import { authenticator } from '../../lambda/trust/authenticate.ts'
import { publicGoodRoot } from '../../lambda/trust/public-good.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import { cosign, cosignOptions } from './cosign.ts'
import { keyKind } from './images.ts'
import type { Answer, Observation } from './observation.ts'

/** A bundle beside what it is to be judged by; `artifact` are the signed bytes where they are at hand. */
type Bundled = {
  readonly name: string
  readonly file: string
  readonly digest: Digest
  readonly artifact?: string
  readonly key?: string
  /** Absent: whoever signed, since no other is told. */
  readonly identity?: { readonly subject: string; readonly issuer: string }
  readonly root?: string
}

// https://github.com/sigstore/sigstore-conformance/blob/main/test/assets/bundle-verify/README.md
const SUITE = {
  subject:
    'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
}
const Shape = z.object({
  dsseEnvelope: z.object({ payload: z.base64() }).optional(),
  verificationMaterial: z
    .object({ tlogEntries: z.array(z.object({ kindVersion: z.object({ kind: z.string(), version: z.string() }) })) })
    .optional(),
})

/** Has both judge every bundle of a folder in the layout of sigstore-conformance, or of one JSON file for each image signature. */
export async function compareBundles(folder: string, scratch: string): Promise<Observation[]> {
  const suite = join(folder, 'test', 'assets', 'bundle-verify')
  const cases = (await isFolder(suite)) ? await casesIn(suite) : await signaturesIn(folder, scratch)
  const publicGood = join(scratch, 'public-good.json')
  await writeFile(publicGood, JSON.stringify(publicGoodRoot()))
  const observations: Observation[] = []
  for (const one of cases) observations.push(await observe(one, one.root ?? publicGood, scratch))
  return observations
}

async function casesIn(suite: string): Promise<Bundled[]> {
  const entries = await readdir(suite, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return Promise.all(
    names.toSorted().map(async (name) => {
      const there = await readdir(join(suite, name))
      const at = (file: string) => join(suite, name, file)
      const text = async (file: string, otherwise: string) =>
        there.includes(file) ? (await readFile(at(file), 'utf8')).trim() : otherwise
      const artifact = there.includes('artifact') ? at('artifact') : join(suite, 'a.txt')
      const identity = { subject: await text('identity', SUITE.subject), issuer: await text('issuer', SUITE.issuer) }
      return {
        name,
        file: at('bundle.sigstore.json'),
        artifact,
        digest: digestOf(await readFile(artifact)),
        ...(there.includes('key.pub') ? { key: at('key.pub') } : { identity }),
        ...(there.includes('trusted_root.json') && { root: at('trusted_root.json') }),
      }
    }),
  )
}

async function signaturesIn(folder: string, scratch: string): Promise<Bundled[]> {
  const Signature = z.object({ imageDigest: z.templateLiteral(['sha256:', z.string()]), bundle: z.unknown() })
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && !name.startsWith('trusted_root'))
  return Promise.all(
    names.toSorted().map(async (name) => {
      const { imageDigest, bundle } = Signature.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))
      const file = join(scratch, name)
      await writeFile(file, JSON.stringify(bundle))
      return { name, file, digest: imageDigest }
    }),
  )
}

async function observe(one: Bundled, root: string, scratch: string): Promise<Observation> {
  const bundle = parsed(await readFile(one.file, 'utf8'))
  const shape = Shape.safeParse(bundle).data
  const pem = one.key === undefined ? undefined : await readFile(one.key, 'utf8')
  const proof = await prove(one, bundle, pem, root)
  const signer = proof.ok && proof.signer.kind === 'certificate' ? proof.signer : undefined
  const identity = one.identity ?? signer
  const isDsse = shape?.dsseEnvelope !== undefined
  const asked = {
    trustedRoot: root,
    ...(one.key && { key: one.key }),
    ...(identity && { identity: identity.subject, issuer: identity.issuer }),
    ...(isDsse && { type: predicateTypeIn(shape) }),
  }
  const about = one.artifact === undefined ? ['--digest', one.digest.slice(7), '--digestAlg', 'sha256'] : [one.artifact]
  const verb = isDsse ? 'verify-blob-attestation' : 'verify-blob'
  return {
    name: one.name,
    asked: isDsse ? 'attestation' : 'signature',
    entries:
      shape?.verificationMaterial?.tlogEntries.map(({ kindVersion: { kind, version } }) => `${kind}/${version}`) ?? [],
    ...(pem !== undefined && { key: keyKind(pem) }),
    unstamped: answerOf(await prove(one, withoutTimestamps(bundle), pem, root), one.identity).accepts,
    assay: answerOf(proof, one.identity),
    cosign: await cosign([verb, ...cosignOptions(asked), '--bundle', one.file, ...about], scratch),
  }
}

async function prove(
  { artifact, digest }: Bundled,
  bundle: unknown,
  pem: string | undefined,
  root: string,
): Promise<Proof> {
  const signer: Demand['signer'] =
    pem === undefined ? { kind: 'certificate', sct: true } : { kind: 'key', key: { pem }, hash: 'sha256' }
  const demand: Demand = { signer, root: 'root', log: 1, timestamp: 0 }
  const bytes = artifact === undefined ? undefined : await readFile(artifact)
  const content = { kind: 'bundle', bundle, ...(bytes && { artifact: bytes }) } as const
  const claim = { carrier: 'file', source: '', manifest: digest, layer: digest, content }
  try {
    const roots = trustMaterials({ root: JSON.parse(await readFile(root, 'utf8')) as unknown })
    const [judged] = authenticator([demand], { materials: roots, keys: {}, now: new Date() })([claim], digest)
    const proof = judged?.proofs.get(demandId(demand))
    if (proof === undefined) throw new Error('no proof')
    return proof
  } catch (thrown) {
    if (thrown instanceof Misconfigured) return { ok: false, fault: 'certificate-untrusted', detail: thrown.message }
    throw thrown
  }
}

function answerOf(proof: Proof, identity: Bundled['identity']): Answer {
  if (!proof.ok) return { accepts: false, message: `${proof.fault}: ${proof.detail}` }
  const { signer } = proof
  if (signer.kind === 'key') return { accepts: true, message: `verified: signed by key ${signer.key}` }
  const wanted = identity && { issuer: { exact: identity.issuer }, subject: { exact: identity.subject }, claims: {} }
  const accepts = wanted === undefined || matchesIdentity([wanted], signer)
  return { accepts, message: `${accepts ? 'verified' : 'identity-mismatch'}: signed by ${signer.subject}` }
}

function withoutTimestamps(bundle: unknown): unknown {
  const { data } = z.looseObject({ verificationMaterial: z.looseObject({}) }).safeParse(bundle)
  if (data === undefined) return bundle
  const { timestampVerificationData: _, ...verificationMaterial } = data.verificationMaterial
  return { ...data, verificationMaterial }
}

function predicateTypeIn(shape: z.infer<typeof Shape> | undefined): string {
  const payload = parsed(Buffer.from(shape?.dsseEnvelope?.payload ?? '', 'base64').toString())
  return z.object({ predicateType: z.string() }).safeParse(payload).data?.predicateType ?? 'custom'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function isFolder(path: string): Promise<boolean> {
  return readdir(path).then(
    () => true,
    () => false,
  )
}
