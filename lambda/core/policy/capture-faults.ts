import { capturedByAll, referencesIn } from './captures.ts'
import type { Fault } from './issues.ts'
import type { ParsedPolicy } from './kinds.ts'
import type { Path } from './path.ts'
import type { TextMatch } from './policy.ts'

/** References to captures that not every glob of the policy makes: for some image they would stand for nothing. */
export function captureFaults(parsed: ParsedPolicy): Fault[] {
  if (parsed.kind !== 'VerificationPolicy') return []
  const { images, authorities } = parsed.document.spec
  const known = capturedByAll(images.map(({ glob }) => glob))
  return authorities.flatMap(({ keyless, annotations = {}, attestations = [] }, index) => {
    const at = ['spec', 'authorities', index]
    const named = (keyless?.identities ?? []).flatMap(({ issuer, subject, claims }, identity) => {
      const path = [...at, 'keyless', 'identities', identity]
      return [...textsOf({ issuer, subject }, path), ...textsOf(claims, [...path, 'claims'])]
    })
    const signed = Object.entries(annotations).map(([name, text]) => [[...at, 'annotations', name], text] as const)
    const attested = attestations.flatMap(({ provenance = {} }, place) =>
      textsOf(provenance, [...at, 'attestations', place, 'provenance']),
    )
    return [...named, ...signed, ...attested].flatMap(([path, text]) => faultsOf(path, text, known))
  })
}

function textsOf(matches: Readonly<Record<string, TextMatch>>, path: Path): (readonly [Path, string])[] {
  return Object.entries(matches).map(([name, match]) => [
    [...path, name],
    'exact' in match ? match.exact : match.pattern,
  ])
}

function faultsOf(path: Path, text: string, known: readonly string[]): Fault[] {
  return referencesIn(text)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path,
      of: 'value',
      message: `{${name}} is not captured by every glob of spec.images, so for some image it would stand for nothing`,
    }))
}
