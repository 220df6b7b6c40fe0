import { RE2JS } from 're2js'
import type { ImageId } from '../image.ts'
import type { SigstoreAuthority } from './authorities.ts'
import { capturesOf, matchesImage } from './glob.ts'
import type { DenyList, Identity, Policy, TextMatch } from './policy.ts'

/** What the globs of a policy capture of an image's name, by the names that its authorities use. */
export type Captures = Readonly<Record<string, string>>

/** `{service}`, but neither a repetition nor a class or code point of RE2: `a{2}`, `\p{Greek}`, `\x{e9}`. */
const REFERENCE = /(?<!\\[pPx])\{([a-z][A-Za-z0-9]{0,31})\}/g

/** The captures that a text refers to, each once. */
export function referencesIn(text: string): string[] {
  return [...new Set([...text.matchAll(REFERENCE)].map(([, name = '']) => name))]
}

/** The captures that every one of these globs makes. */
export function capturedByAll(globs: readonly string[]): string[] {
  const [first = [], ...others] = globs.map(referencesIn)
  return first.filter((name) => others.every((names) => names.includes(name)))
}

/** Reads a text as if its references were plain words, which they will be, and puts them back into what was read. */
export function aroundReferences(text: string, read: (plain: string) => string | undefined): string | undefined {
  const plain = text.replace(REFERENCE, (_, name: string) => `assay-capture-${name}.`)
  return read(plain)?.replaceAll(/assay-capture-([A-Za-z0-9]+)\./g, '{$1}')
}

/** What a policy captures of an image: by the first of its globs, as written, that covers it. */
export function capturedBy({ kind, images }: Policy, image: ImageId): Captures {
  if (kind === 'ClusterImagePolicy') return {}
  const glob = images.find((one) => matchesImage(one, image))
  return glob === undefined ? {} : capturesOf(glob, image)
}

/** An authority as a policy means it for an image; `denied`: whose signatures it does not take. */
export type BoundAuthority = SigstoreAuthority & { readonly denied?: readonly DenyList[] }

/** Binds an authority to an image: what its texts refer to is put in, in patterns as plain text, and whom its policy denies. */
export function bind(authority: SigstoreAuthority, captures: Captures, denied: Policy['denied']): BoundAuthority {
  return { ...withCaptures(authority, captures), ...(denied && { denied }) }
}

function withCaptures(authority: SigstoreAuthority, captures: Captures): SigstoreAuthority {
  if (Object.keys(captures).length === 0) return authority
  return {
    ...authority,
    identities: authority.identities.map((one) => bindIdentity(one, captures)),
    annotations: bindAll(authority.annotations, (text) => bindText(text, captures)),
    attestations: authority.attestations.map(({ provenance, ...wanted }) => ({
      ...wanted,
      ...(provenance && { provenance: bindAll(provenance, (match) => bindMatch(match, captures)) }),
    })),
  }
}

function bindIdentity({ issuer, subject, claims }: Identity, captures: Captures): Identity {
  return {
    issuer: bindMatch(issuer, captures),
    subject: bindMatch(subject, captures),
    claims: bindAll(claims, (match) => bindMatch(match, captures)),
  }
}

function bindMatch(match: TextMatch, captures: Captures): TextMatch {
  if ('exact' in match) return { exact: bindText(match.exact, captures) }
  return { ...match, pattern: bindText(match.pattern, captures, (value) => RE2JS.quote(value)) }
}

function bindText(text: string, captures: Captures, write = (value: string) => value): string {
  const known = new Map(Object.entries(captures))
  return text.replace(REFERENCE, (reference, name: string) => {
    const value = known.get(name)
    return value === undefined ? reference : write(value)
  })
}

function bindAll<T>(all: Readonly<Record<string, T>>, one: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, one(value)]))
}
