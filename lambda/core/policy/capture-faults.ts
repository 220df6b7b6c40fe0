import { capturedByAll, referencesIn } from './captures.ts'
import type { Fault } from './issues.ts'
import type { Parsed } from './kinds.ts'
import type { Path } from './path.ts'
import type { Identity, TextMatch } from './policy.ts'

/** References to captures that not every glob of the document makes: for some image they would stand for nothing. */
export function captureFaults(parsed: Parsed): Fault[] {
  if (parsed.kind === 'DenyList') {
    const named = textsOfIdentities(parsed.document.spec.identities, ['spec', 'identities'])
    return named.flatMap(([path, text]) => faultsOf(path, text, [], 'captured by nothing: a DenyList has no globs'))
  }
  if (parsed.kind !== 'VerificationPolicy' && parsed.kind !== 'BaseImage') return []
  const { images, authorities } = parsed.document.spec
  const known = capturedByAll(images.map(({ glob }) => glob))
  return authorities.flatMap(({ keyless, annotations = {}, attestations = [] }, index) => {
    const at = ['spec', 'authorities', index]
    const named = textsOfIdentities(keyless?.identities, [...at, 'keyless', 'identities'])
    const signed = Object.entries(annotations).map(([name, text]) => [[...at, 'annotations', name], text] as const)
    const attested = attestations.flatMap(({ provenance = {} }, place) =>
      textsOf(provenance, [...at, 'attestations', place, 'provenance']),
    )
    return [...named, ...signed, ...attested].flatMap(([path, text]) => faultsOf(path, text, known, NOT_ALWAYS))
  })
}

const NOT_ALWAYS = 'not captured by every glob of spec.images, so for some image it would stand for nothing'

function textsOfIdentities(identities: readonly Identity[] = [], at: Path): (readonly [Path, string])[] {
  return identities.flatMap(({ issuer, subject, claims }, index) => {
    const path = [...at, index]
    return [...textsOf({ issuer, subject }, path), ...textsOf(claims, [...path, 'claims'])]
  })
}

function textsOf(matches: Readonly<Record<string, TextMatch>>, path: Path): (readonly [Path, string])[] {
  return Object.entries(matches).map(([name, match]) => [
    [...path, name],
    'exact' in match ? match.exact : match.pattern,
  ])
}

function faultsOf(path: Path, text: string, known: readonly string[], why: string): Fault[] {
  return referencesIn(text)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path,
      of: 'value',
      message: `{${name}} is ${why}`,
    }))
}
