import { type Authenticated, demandId, type Proof, type Says, type Signer, sourceId } from '../evidence.ts'
import { type ImageId, parseImage, repositoryOf } from '../image.ts'
import type { SigstoreAuthority } from '../policy/authorities.ts'
import type { BoundAuthority } from '../policy/captures.ts'
import { isVex } from '../predicate-types.ts'
import type { Reason } from '../reasons.ts'
import { earliest, lastEnd } from '../status.ts'
import { denialOf } from './denial.ts'
import { describeMismatch, matchesIdentity } from './identity.ts'

/**
 * How one thing that an authority asks for came out: met by signers, or missed, with the nearest miss. `detail` tells what was seen.
 * `until`: when time alone will make a miss of it, ISO 8601.
 */
export type Finding =
  | {
      readonly met: true
      readonly signers: readonly Signer[]
      readonly reason: Reason
      readonly detail: string
      readonly until?: string
    }
  | { readonly met: false; readonly reason: Reason; readonly detail: string }

/** What is asked for: the image's own signature, an attestation of one predicate type, or OpenVEX of any version. */
export type Asked =
  | { readonly kind: 'signature' }
  | { readonly kind: 'attestation'; readonly predicateType: string }
  | { readonly kind: 'vex' }

/** A claim that an authority accepts, before anything is asked of what it says. `id`: the digest of the bytes it was read from; the rest as in its proof. */
export type Accepted = Omit<Extract<Proof, { readonly ok: true }>, 'ok'> & { readonly id: string }

/** What an authority accepts of what is asked for, in the order of the claims; `nearest` tells how close the others came. */
export type Found = {
  readonly accepted: readonly Accepted[]
  readonly nearest: Extract<Finding, { readonly met: false }>
}

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
  'denied',
]

/** Looks for signatures, or attestations of one type, that the authority accepts; a bad one never hides a good one. */
export function findAccepted(
  authority: BoundAuthority,
  asked: Asked,
  image: ImageId,
  claims: readonly Authenticated[],
): Found {
  const id = demandId(authority.demand)
  const place = sourceId(authority.source)
  const found = claims.filter(({ claim }) => claim.source === place)
  const judged = found.flatMap(({ claim, proofs }) => {
    const proof = proofs.get(id)
    if (proof === undefined) return []
    if (!proof.ok)
      return [
        missed(proof.fault, `${claim.carrier} in ${claim.manifest}: ${proof.detail}${hintFor(authority, proof.fault)}`),
      ]
    const { ok: _, ...said } = proof
    return [judge(authority, asked, image, { ...said, id: claim.layer })]
  })
  const stageOf = ({ reason }: Missed) => STAGES.indexOf(reason)
  return {
    accepted: judged.flatMap((one) => ('signer' in one ? [one] : [])),
    nearest: judged
      .flatMap((one) => ('signer' in one ? [] : [one]))
      .reduce((nearest, one) => (stageOf(one) > stageOf(nearest) ? one : nearest), nothing(asked, found.length)),
  }
}

/** One that is accepted is enough; who signed any of them is told. */
export function findingOf({ accepted, nearest }: Found): Finding {
  const [first] = accepted
  if (first === undefined) return nearest
  const signers = accepted.map(({ signer }) => signer)
  return met(signers, signedBy(first.signer), [lastEnd(accepted.map(({ until }) => until))])
}

/** A finding that is met, and when the first of what it rests on ends, where time ends any of it. */
export function met(signers: readonly Signer[], detail: string, ends: readonly (string | undefined)[] = []): Finding {
  const until = earliest(...ends)
  return { met: true, signers, reason: 'verified', detail, ...(until !== undefined && { until }) }
}

/** What was found of something that the policy does not ask for. */
export function notAsked(detail: string): Finding {
  return { met: true, signers: [], reason: 'not-asked', detail }
}

type Missed = Found['nearest']

/** A signature does not tell whose key it is by. */
function hintFor({ demand }: SigstoreAuthority, fault: Reason): string {
  return demand.signer.kind === 'key' && fault === 'signature-invalid' ? ' by this key; it may be by another one' : ''
}

/** A finding that is not met. */
export function missed(reason: Reason, detail = ''): Missed {
  return { met: false, reason, detail }
}

function nothing(asked: Asked, candidates: number): Missed {
  if (candidates === 0) return missed('no-signature')
  return asked.kind === 'signature'
    ? missed('no-matching-signature')
    : missed('no-matching-attestation', asked.kind === 'vex' ? 'OpenVEX' : asked.predicateType)
}

function judge(authority: BoundAuthority, asked: Asked, image: ImageId, claim: Accepted): Accepted | Missed {
  const { signer, says } = claim
  if (!isAsked(asked, says)) return nothing(asked, 1)
  const who = signedBy(signer)
  if (signer.kind === 'certificate' && !matchesIdentity(authority.identities, signer)) {
    return missed('identity-mismatch', `${who}; ${describeMismatch(authority.identities, signer)}`)
  }
  const odd = says.kind === 'signature' ? oddAnnotation(authority, says.annotations) : undefined
  if (odd !== undefined) return missed('annotation-mismatch', `${who}, but ${odd}`)
  if (authority.reference === 'repository' && !says.names.some((name) => isRepository(name, image))) {
    const names = says.names.map((name) => `"${name}"`).join(', ') || 'none'
    return missed('reference-mismatch', `${who}; names signed are ${names}; asked for is ${repositoryOf(image)}`)
  }
  const denial = denialOf(authority.denied, claim)
  return denial === undefined ? claim : missed('denied', `${who}; ${denial}`)
}

/** Signature and attestation share a carrier: one never stands for the other (CVE-2022-35929). */
function isAsked(asked: Asked, says: Says): boolean {
  if (asked.kind === 'signature' || says.kind === 'signature') return asked.kind === says.kind
  return asked.kind === 'vex' ? isVex(says.predicateType) : says.predicateType === asked.predicateType
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

/** What people are told of who signed something. */
export function signedBy(signer: Signer): string {
  return `signed by ${describeSigner(signer)}`
}

/** A signer as text for people, the same for whatever one signer signed. */
export function describeSigner(signer: Signer): string {
  return signer.kind === 'key' ? `key ${signer.key}` : `${signer.subject} from ${signer.issuer}`
}
