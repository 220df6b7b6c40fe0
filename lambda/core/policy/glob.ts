import { RE2JS } from 're2js'
import { type ImageRef, normaliseHost, repositoryOf } from '../image.ts'
import type { ImageGlob } from './policy.ts'

/** Where a glob stands: in a VerificationPolicy, where it may capture; elsewhere in our own documents; in a ClusterImagePolicy; in a list of protected tags. */
export type GlobPlace = 'captures' | 'repository' | 'reference' | 'tag'

/** Compiles globs that `globFault` has nothing against. `*` and `{name}` stop at `/`, `**` does not; the whole text must match. */
export function compileGlob(source: string, place: GlobPlace, exclude: readonly string[] = []): ImageGlob {
  const one = (glob: string) => ({ source: glob, pattern: translate(glob, place) })
  return { ...one(source), exclude: exclude.map(one) }
}

/** Matches `host/name`, whatever the tag or digest: for VerificationPolicy and Enforcement. */
export function matchesImage(glob: ImageGlob, image: Pick<ImageRef, 'host' | 'name'>): boolean {
  return matches(glob, repositoryOf(image))
}

/** What a glob that matches an image captures of it, by name. */
export function capturesOf(glob: ImageGlob, image: Pick<ImageRef, 'host' | 'name'>): Record<string, string> {
  const { include } = compiledOf(glob)
  const matcher = include.matcher(repositoryOf(image))
  if (!matcher.matches()) return {}
  return Object.fromEntries(Object.keys(include.namedGroups()).map((name) => [name, matcher.group(name) ?? '']))
}

/**
 * Matches as a ClusterImagePolicy does: the full name with its digest, or with its tag where there is no digest;
 * failing that, the text as a person wrote it, where one did.
 */
export function matchesReference(glob: ImageGlob, image: ImageRef, written?: string): boolean {
  const version = image.digest === undefined ? `:${image.tag ?? 'latest'}` : `@${image.digest}`
  return matches(glob, `${repositoryOf(image)}${version}`) || (written !== undefined && matches(glob, written))
}

/** Matches `host/name:tag`: for lists of protected tags. */
export function matchesTag(glob: ImageGlob, image: { host: string; name: string; tag: string }): boolean {
  return matches(glob, `${repositoryOf(image)}:${image.tag}`)
}

type Compiled = { readonly include: RE2JS; readonly exclude: readonly RE2JS[] }
const compiled = new WeakMap<ImageGlob, Compiled>()

function matches(glob: ImageGlob, text: string): boolean {
  const { include, exclude } = compiledOf(glob)
  return include.testExact(text) && !exclude.some((pattern) => pattern.testExact(text))
}

function compiledOf(glob: ImageGlob): Compiled {
  const known = compiled.get(glob)
  if (known !== undefined) return known
  const fresh = {
    include: RE2JS.compile(glob.pattern),
    exclude: glob.exclude.map(({ pattern }) => RE2JS.compile(pattern)),
  }
  compiled.set(glob, fresh)
  return fresh
}

function translate(glob: string, place: GlobPlace): string {
  return (place === 'reference' ? upstreamForm(glob) : knownHost(glob))
    .split(/(\*\*|\*|\{[^{}]*\})/)
    .map((part, index) =>
      index % 2 === 0 ? RE2JS.quote(part) : (WILDCARDS[part] ?? `(?P<${part.slice(1, -1)}>[^/]+)`),
    )
    .join('')
}

const WILDCARDS: Readonly<Record<string, string>> = { '**': '.*', '*': '[^/]*' }

// github.com/sigstore/policy-controller, pkg/apis/glob: two short forms stand for Docker Hub.
function upstreamForm(glob: string): string {
  if (glob === '*/*') return 'index.docker.io/*/*'
  if (glob === '*') return 'index.docker.io/library/*'
  return glob.replace(/^localhost(?=[:/])/, '127.0.0.1')
}

/** Images carry the one name of their registry, so a glob must name it the same way. */
function knownHost(glob: string): string {
  const slash = glob.indexOf('/')
  return slash < 0 ? glob : `${normaliseHost(glob.slice(0, slash))}${glob.slice(slash)}`
}
