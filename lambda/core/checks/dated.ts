import { digestOf } from '../digest-of.ts'
import type { Accepted } from './authority.ts'

/** Something accepted and when it was signed, as far as anybody knows. */
export type Dated = { readonly one: Accepted; readonly signedAt?: string }

/**
 * When each was signed. A certificate of Fulcio lives for minutes, so its trusted time is that of the signature. A key signs for years, and
 * so does a certificate of many a private authority: whoever may push can have an old signature stamped or logged once more. Of one of these
 * and one content the earliest time counts, and none where one of them has no time.
 */
export function dated(accepted: readonly Accepted[]): readonly Dated[] {
  const earliest = new Map<string, string>()
  for (const one of accepted) {
    const of = contentOf(one)
    if (of === undefined) continue
    const { signedAt = '' } = one.signer
    const known = earliest.get(of)
    if (known === undefined || signedAt < known) earliest.set(of, signedAt)
  }
  return accepted.map((one) => {
    const of = contentOf(one)
    const signedAt = of === undefined ? one.signer.signedAt : earliest.get(of)
    return { one, ...(signedAt !== undefined && signedAt !== '' && { signedAt }) }
  })
}

/** By what, and what, was signed; undefined where it is signed by what lives for minutes. */
function contentOf({ signer, says, lasting }: Accepted): string | undefined {
  const by = signer.kind === 'key' ? signer.key : lasting
  return by === undefined || says.kind === 'signature' ? undefined : `${by} ${digestOf(says.payload)}`
}
