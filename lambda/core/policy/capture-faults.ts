import { referencesIn } from './captures.ts'
import type { Fault } from './issues.ts'
import type { Parsed } from './kinds.ts'
import type { Path } from './path.ts'
import type { Policy, TextMatch } from './policy.ts'

/** References to captures that not every glob of the policy makes: for some image they would stand for nothing. */
export function captureFaults(parsed: Extract<Parsed, { readonly kind: Policy['kind'] }>): Fault[] {
  if (parsed.kind !== 'VerificationPolicy') return []
  const { images, authorities } = parsed.document.spec
  return authorities.flatMap(({ keyless, annotations = {}, attestations = [] }, index) => {
    const at = ['spec', 'authorities', index]
    const named = (keyless?.identities ?? []).flatMap(({ issuer, subject, claims }, identity) => {
      const path = [...at, 'keyless', 'identities', identity]
      return [...textsOf({ issuer, subject }, path), ...textsOf(claims, [...path, 'claims'])]
    })
    const signed = Object.entries(annotations).map(([name, text]) => [[...at, 'annotations', name], text] as const)
    const attested = attestations.flatMap(({ provenance = {} }, at) =>
      textsOf(provenance, ['spec', 'authorities', index, 'attestations', at, 'provenance']),
    )
    return [...named, ...signed, ...attested].flatMap(([path, text]) =>
      faultsOf(
        path,
        text,
        images.map(({ glob }) => referencesIn(glob)),
      ),
    )
  })
}

function textsOf(matches: Readonly<Record<string, TextMatch>>, path: Path): (readonly [Path, string])[] {
  return Object.entries(matches).map(([name, match]) => [
    [...path, name],
    'exact' in match ? match.exact : match.pattern,
  ])
}

function faultsOf(path: Path, text: string, captured: readonly (readonly string[])[]): Fault[] {
  return referencesIn(text)
    .filter((name) => !captured.every((names) => names.includes(name)))
    .map((name) => ({
      path,
      of: 'value',
      message: `{${name}} is not captured by every glob of spec.images, so for some image it would stand for nothing`,
    }))
}
