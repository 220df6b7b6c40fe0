import { type Authenticated, demandId, type Says, type Signer, sourceId } from '../evidence.ts'
import { type ImageId, parseImage, repositoryOf } from '../image.ts'
import type { SigstoreAuthority } from '../policy/authorities.ts'
import type { Reason } from '../reasons.ts'
import { describeMismatch, matchesIdentity } from './identity.ts'

/** How one thing that an authority asks for came out: met by signers, or missed, with the nearest miss. `detail` tells what was seen. */
export type Finding =
  | { readonly met: true; readonly signers: readonly Signer[]; readonly reason: Reason; readonly detail: string }
  | { readonly met: false; readonly reason: Reason; readonly detail: string }

/** What is asked for: the image's own signature, or an attestation of one predicate type. */
export type Asked = { readonly kind: 'signature' } | { readonly kind: 'attestation'; readonly predicateType: string }

/** How far a candidate got before it was turned away: the furthest is the nearest miss, and is what people are told. */
export const STAGES: readonly Reason[] = [
  'no-signature',
  'no-matching-signature',
  'no-matching-attestation',
  'over-limit',
  'unsupported',
  'malformed',
  'wrong-key-kind',
  'predicate-malformed',
  'subject-mismatch',
  'signature-invalid',
  'certificate-untrusted',
  'log-missing',
  'timestamp-missing',
  'log-mismatch',
  'log-invalid',
  'timestamp-invalid',
  'key-outside-validity',
  'identity-mismatch',
  'annotation-mismatch',
  'reference-mismatch',
]

/** Looks for one signature or attestation of an image that meets the authority; a bad one never hides a good one. */
export function findAsked(
  authority: SigstoreAuthority,
  asked: Asked,
  image: ImageId,
  claims: readonly Authenticated[],
): Finding {
  const id = demandId(authority.demand)
  const place = sourceId(authority.source)
  const found = claims.filter(({ claim }) => claim.source === place)
  const findings = found.flatMap(({ claim, proofs }): Finding[] => {
    const proof = proofs.get(id)
    if (proof === undefined) return []
    if (!proof.ok) return [missed(proof.fault, `${claim.carrier} in ${claim.manifest}: ${proof.detail}`)]
    return [judge(authority, asked, image, proof.signer, proof.says)]
  })
  const [met, ...others] = findings.filter((finding) => finding.met)
  if (met !== undefined) return { ...met, signers: [met, ...others].flatMap(({ signers }) => signers) }
  const stageOf = ({ reason }: Finding) => STAGES.indexOf(reason)
  return findings.reduce(
    (nearest, one) => (stageOf(one) > stageOf(nearest) ? one : nearest),
    nothing(asked, found.length),
  )
}

/** A finding that is not met. */
export function missed(reason: Reason, detail = ''): Finding {
  return { met: false, reason, detail }
}

function nothing(asked: Asked, candidates: number): Finding {
  if (candidates === 0) return missed('no-signature')
  return asked.kind === 'signature'
    ? missed('no-matching-signature')
    : missed('no-matching-attestation', asked.predicateType)
}

function judge(authority: SigstoreAuthority, asked: Asked, image: ImageId, signer: Signer, says: Says): Finding {
  // Signature and attestation share a carrier: one never stands for the other (CVE-2022-35929)
  if (says.kind !== asked.kind) return nothing(asked, 1)
  if (says.kind === 'attestation' && asked.kind === 'attestation' && says.predicateType !== asked.predicateType) {
    return nothing(asked, 1)
  }
  const who = `signed by ${describeSigner(signer)}`
  if (signer.kind === 'certificate' && !matchesIdentity(authority.identities, signer)) {
    return missed('identity-mismatch', `${who}; ${describeMismatch(authority.identities, signer)}`)
  }
  const odd = says.kind === 'signature' ? oddAnnotation(authority, says.annotations) : undefined
  if (odd !== undefined) return missed('annotation-mismatch', `${who}, but ${odd}`)
  if (authority.reference === 'repository' && !says.names.some((name) => isRepository(name, image))) {
    const names = says.names.map((name) => `"${name}"`).join(', ') || 'none'
    return missed('reference-mismatch', `${who}; names signed are ${names}; asked for is ${repositoryOf(image)}`)
  }
  return { met: true, signers: [signer], reason: 'verified', detail: who }
}

function oddAnnotation({ annotations }: SigstoreAuthority, signed: Readonly<Record<string, string>>) {
  const seen = new Map(Object.entries(signed))
  const [key, value] = Object.entries(annotations).find(([name, wanted]) => seen.get(name) !== wanted) ?? []
  if (key === undefined) return undefined
  const text = seen.has(key) ? `is "${seen.get(key)}"` : 'is not signed'
  return `${key} ${text}; asked for is "${value}"`
}

/** Whether a signed name is that of the image's repository, however it writes the host, and whatever its tag. */
function isRepository(name: string, image: ImageId): boolean {
  try {
    return repositoryOf(parseImage(name)) === repositoryOf(image)
  } catch {
    return false
  }
}

/** A signer as text for people, the same for whatever one signer signed. */
export function describeSigner(signer: Signer): string {
  return signer.kind === 'key' ? `key ${signer.key}` : `${signer.subject} from ${signer.issuer}`
}
