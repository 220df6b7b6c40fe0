import { digestOf } from '../digest-of.ts'
import type { Accepted } from './authority.ts'

/** Something accepted and when it was signed, as far as anybody knows. */
export type Dated = { readonly one: Accepted; readonly signedAt?: string }

/**
 * When each was signed. A certificate lives for minutes, so its trusted time is that of the signature. A key signs for years, and
 * whoever may push can have an old signature stamped or logged once more: of one key and one content the earliest time counts, and none
 * where one of them has no time.
 */
export function dated(accepted: readonly Accepted[]): readonly Dated[] {
  const earliest = new Map<string, string>()
  for (const one of accepted) {
    const of = contentOf(one)
    const { signedAt = '' } = one.signer
    const known = earliest.get(of)
    if (known === undefined || signedAt < known) earliest.set(of, signedAt)
  }
  return accepted.map((one) => {
    const signedAt = one.signer.kind === 'key' ? earliest.get(contentOf(one)) : one.signer.signedAt
    return { one, ...(signedAt !== undefined && signedAt !== '' && { signedAt }) }
  })
}

function contentOf({ signer, says }: Accepted): string {
  const by = signer.kind === 'key' ? signer.key : ''
  return says.kind === 'attestation' ? `${by} ${digestOf(says.payload)}` : by
}
