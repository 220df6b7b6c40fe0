import type { Signer } from '../evidence.ts'
import type { Identity, TextMatch } from '../policy/policy.ts'
import { matchesText } from '../policy/text-match.ts'

/** Does a certificate's identity meet one of those asked for? Exact, or RE2; never the library's unanchored pattern. */
export function matchesIdentity(identities: readonly Identity[], signer: Signer & { kind: 'certificate' }): boolean {
  return identities.some(
    (identity) => matchesText(identity.issuer, signer.issuer) && matchesText(identity.subject, signer.subject),
  )
}

/** The identity asked for, as text for people. */
export function describeIdentity({ issuer, subject }: Identity): string {
  return `${describeText(subject)} from ${describeText(issuer)}`
}

function describeText(match: TextMatch): string {
  return 'exact' in match ? match.exact : `/${match.pattern}/`
}
