import { type Accepted, findAccepted } from '../checks/authority.ts'
import { dated } from '../checks/dated.ts'
import type { Subject } from '../checks/judged.ts'
import { statementOf } from '../checks/statement-of.ts'
import type { Authenticated, Signer } from '../evidence.ts'
import type { ImageId } from '../image.ts'
import { sigstoreAuthorities } from '../policy/authorities.ts'
import { bind, capturedBy } from '../policy/captures.ts'
import type { Policy } from '../policy/policy.ts'

/** What somebody attests of an image, or of one platform of it, whose word a policy of the image takes. */
export type Attested = {
  readonly platform?: string
  readonly signer: Signer
  readonly statement: Readonly<Record<string, unknown>>
}

/** Platforms looked at, and bytes of a statement: parsed, it takes ten times as much memory. */
const MAX_PLATFORMS = 16
const MAX_BYTES = 8 * 1024 * 1024

/** The newest statement of some predicate types, of the image itself and of each platform that has its own; read one by one, as they are asked for. */
export function* attestedOf(
  policies: readonly Policy[],
  { evidence: { image }, claims, platforms = [] }: Pick<Subject, 'evidence' | 'claims' | 'platforms'>,
  types: readonly string[],
): Generator<Attested> {
  const own = newest(policies, image, claims, types)
  if (own !== undefined) yield own
  for (const { platform, digest, claims: its } of platforms.slice(0, MAX_PLATFORMS)) {
    const one = newest(policies, { ...image, digest }, its, types)
    if (one !== undefined) yield { platform, ...one }
  }
}

function newest(
  policies: readonly Policy[],
  image: ImageId,
  claims: readonly Authenticated[],
  types: readonly string[],
): Attested | undefined {
  const accepted = policies.flatMap((policy) => {
    const captures = capturedBy(policy, image)
    return sigstoreAuthorities([policy]).flatMap((authority) => {
      const bound = bind(authority, captures, policy.denied)
      return types.flatMap(
        (predicateType) => findAccepted(bound, { kind: 'attestation', predicateType }, image, claims).accepted,
      )
    })
  })
  const last = dated(accepted.filter(isReadable)).toSorted((a, b) =>
    (a.signedAt ?? '') < (b.signedAt ?? '') ? 1 : -1,
  )[0]
  return last && { signer: last.one.signer, statement: statementOf(last.one) }
}

function isReadable({ says }: Accepted): boolean {
  return says.kind === 'attestation' && says.payload.length <= MAX_BYTES
}
