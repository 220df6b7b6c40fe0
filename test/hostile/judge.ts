import { isDeepStrictEqual } from 'node:util'
import { demandId, type Proof } from '../../lambda/core/evidence.ts'
import { isDigest } from '../../lambda/core/image.ts'
import { parseManifest } from '../../lambda/core/manifest.ts'
import type { SignatureFault } from '../../lambda/core/reasons.ts'
import { cosignBundle } from '../../lambda/formats/cosign-bundle.ts'
import { legacyBundle } from '../../lambda/formats/legacy-bundle.ts'
import { locateClaims } from '../../lambda/formats/locate-claims.ts'
import { authenticator } from '../../lambda/trust/authenticate.ts'
import { BUNDLE, describeBytes } from '../formats/layouts.ts'
import { DIGEST, IMAGE } from '../trust/bundles.ts'
import { NOW } from '../trust/pki.ts'
import { changedFields } from './changed-fields.ts'
import type { Corpus } from './corpus.ts'
import { unfaithful } from './faithful.ts'
import type { Input, Judgement, Mutant, Specimen } from './mutant.ts'
import { isUnauthenticated } from './unauthenticated.ts'

const FAULTS: Readonly<Record<SignatureFault, true>> = {
  malformed: true,
  'over-limit': true,
  unsupported: true,
  'signature-invalid': true,
  'wrong-key-kind': true,
  'key-outside-validity': true,
  'certificate-untrusted': true,
  'log-missing': true,
  'log-invalid': true,
  'log-mismatch': true,
  'timestamp-missing': true,
  'timestamp-invalid': true,
  'subject-mismatch': true,
  'predicate-malformed': true,
}
const MAX_LAYER = 1024 * 1024
const PRINTABLE = /^[\x20-\x7e]{1,300}$/

type Roots = Pick<Corpus, 'roots'>

/** Has a mutant read and judged as evidence is, and says what came of it. Whatever is thrown is a problem. */
export function judge(corpus: Roots, mutant: Mutant): Judgement {
  try {
    return mutant.input.carrier === 'manifest' ? judgeManifest(mutant.input) : judgeClaim(corpus, mutant)
  } catch (thrown) {
    return { outcome: 'thrown', problem: `thrown: ${thrown instanceof Error ? thrown.stack : String(thrown)}` }
  }
}

const originals = new WeakMap<Specimen, Extract<Proof, { ok: true }>>()

/** What the unchanged evidence proves; it must prove something. */
export function originalOf(corpus: Roots, specimen: Specimen): Extract<Proof, { ok: true }> {
  const known = originals.get(specimen)
  if (known !== undefined) return known
  const proof = proofOf(corpus, specimen.input, specimen.demand)
  if (!proof.ok) throw new Error(`"${specimen.name}" is not good to begin with: ${proof.fault}, ${proof.detail}`)
  originals.set(specimen, proof)
  return proof
}

function judgeClaim(corpus: Roots, mutant: Mutant): Judgement {
  const { specimen, input, kind } = mutant
  // Larger layers are not read
  if (input.carrier !== 'manifest' && input.bytes.length > MAX_LAYER) return { outcome: 'over-limit' }
  const proof = proofOf(corpus, input, specimen.demand)
  if (!proof.ok) {
    const typed = Object.hasOwn(FAULTS, proof.fault) && PRINTABLE.test(proof.detail)
    return { outcome: proof.fault, ...(!typed && { problem: `not a typed reason: ${JSON.stringify(proof)}` }) }
  }
  const fields = changedFields(specimen.input, input)
  if (kind === 'signed payload' || kind === 'issued certificate') {
    const { strange, problem } = unfaithful(input, proof, originalOf(corpus, specimen))
    return {
      outcome: strange ? 'verified, OpenSSL refuses the certificate' : 'verified',
      ...(problem && { problem }),
      proof,
    }
  }
  return { outcome: 'verified', ...falseYes(corpus, mutant, proof, fields), fields, proof }
}

/** A yes may only prove what the unchanged evidence proves, and only fields that nothing signs may have changed. */
function falseYes(
  corpus: Roots,
  mutant: Mutant,
  proof: Extract<Proof, { ok: true }>,
  fields: readonly string[],
): { readonly problem?: string } {
  const { specimen } = mutant
  const original = originalOf(corpus, specimen)
  const { signedAt, ...signer } = proof.signer
  const { signedAt: _, ...expected } = original.signer
  if (!isDeepStrictEqual(signer, expected)) return { problem: `another signer: ${JSON.stringify(signer)}` }
  if (!isDeepStrictEqual(proof.says, original.says))
    return { problem: `says other things: ${JSON.stringify(proof.says)}` }
  // Whoever attaches a bundle may leave out one of two trusted times, and so change which is the earliest
  if (signedAt !== undefined && !specimen.times.includes(signedAt))
    return { problem: `signed at another time: ${signedAt}` }
  const signed = fields.filter((field) => !isUnauthenticated(field, mutant))
  return signed.length > 0 ? { problem: `a yes although these differ: ${signed.join(', ')}` } : {}
}

function proofOf({ roots }: Roots, input: Input, demand: Specimen['demand']): Proof {
  if (input.carrier === 'manifest') throw new Error('a manifest proves nothing')
  const { bytes } = input
  const content =
    input.carrier === 'bundle'
      ? cosignBundle.read(describeBytes(BUNDLE, bytes), bytes, IMAGE)
      : legacyBundle(input.layer, bytes)
  const claim = { carrier: 'test', source: '', manifest: DIGEST, layer: DIGEST, content }
  const proof = authenticator([demand], { materials: roots, keys: {}, now: NOW })([claim], DIGEST)[0]?.proofs.get(
    demandId(demand),
  )
  if (proof === undefined) throw new Error('no proof')
  return proof
}

/** A manifest is read or refused with a reason; what it leads to lies in it, and hangs on this image where it must. */
function judgeManifest({ fetched }: Extract<Input, { carrier: 'manifest' }>): Judgement {
  const manifest = parseManifest(fetched)
  const candidate = { digest: fetched.digest, fetched, carrier: 'cosign-bundle' } as const
  const located = (['by-tag', 'as-referrer'] as const).map((found) => locateClaims({ ...candidate, found }, DIGEST))
  const faults = located.flatMap((one) => one.faults)
  const odd = faults.find(({ content }) => content.kind !== 'unreadable' || !Object.hasOwn(FAULTS, content.fault))
  if (odd !== undefined) return { outcome: 'thrown', problem: `not a typed reason: ${JSON.stringify(odd)}` }
  if (typeof manifest === 'string') {
    const problem = located.some(({ places }) => places.length > 0) ? 'claims in a manifest that is refused' : undefined
    return { outcome: 'refused', ...(problem && { problem }) }
  }
  const json = JSON.parse(Buffer.from(fetched.bytes).toString()) as {
    subject?: { digest?: unknown }
    layers?: { digest?: unknown }[]
  }
  const listed = manifest.kind === 'index' ? manifest.manifests : [manifest.config, ...manifest.layers]
  if (listed.some(({ digest, size }) => !isDigest(digest) || size < 0))
    return { outcome: 'read', problem: 'not a descriptor' }
  const [tagged, referring] = located
  const layers = json.layers?.map(({ digest }) => digest) ?? []
  if (tagged?.places.some(({ layer }) => !layers.includes(layer.digest)))
    return { outcome: 'read', problem: 'a layer from elsewhere' }
  if (referring && referring.places.length > 0 && json.subject?.digest !== DIGEST) {
    return { outcome: 'read', problem: 'claims of a referrer of another image' }
  }
  return { outcome: `read as ${manifest.kind}${tagged && tagged.places.length > 0 ? ' with claims' : ''}` }
}
