import type { Signer } from '../evidence.ts'
import type { Identity, TextMatch } from '../policy/policy.ts'
import { matchesText } from '../policy/text-match.ts'

type CertificateSigner = Signer & { kind: 'certificate' }

/** One part of an identity that is not as wanted. A claim that the certificate does not make was not seen. */
type Difference = { readonly part: string; readonly wanted: TextMatch; readonly seen: string | undefined }

/** Does a certificate's identity meet one of those asked for? Exact, or RE2; never the library's unanchored pattern. */
export function matchesIdentity(identities: readonly Identity[], signer: CertificateSigner): boolean {
  return identities.some((identity) => differences(identity, signer).length === 0)
}

/** Which parts of the nearest identity asked for differ from the signer's, as text for people; empty where none does. */
export function describeMismatch(identities: readonly Identity[], signer: CertificateSigner): string {
  const [nearest = []] = identities
    .map((identity) => differences(identity, signer))
    .toSorted((a, b) => distance(a) - distance(b))
  return nearest
    .map(({ part, wanted, seen }) => `${part} is ${seen ?? 'missing'}, wanted is ${describeText(wanted)}`)
    .join('; ')
}

function differences({ issuer, subject, claims }: Identity, signer: CertificateSigner): Difference[] {
  const made = new Map(Object.entries(signer.claims))
  const parts: readonly Difference[] = [
    { part: 'issuer', wanted: issuer, seen: signer.issuer },
    { part: 'subject', wanted: subject, seen: signer.subject },
    ...Object.entries(claims).map(([name, wanted]) => ({ part: `claim ${name}`, wanted, seen: made.get(name) })),
  ]
  return parts.filter(({ wanted, seen }) => seen === undefined || !matchesText(wanted, seen))
}

/** Another issuer is another world, another subject another signer; claims only say more about the same one. */
function distance(differing: readonly Difference[]): number {
  const weights: Readonly<Record<string, number>> = { issuer: 2_000, subject: 1_000 }
  return differing.reduce((sum, { part }) => sum + (weights[part] ?? 1), 0)
}

function describeText(match: TextMatch): string {
  return 'exact' in match ? match.exact : `/${match.pattern}/`
}
