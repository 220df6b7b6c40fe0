/** A package URL (https://github.com/package-url/purl-spec) in parts, decoded. `path` is namespace and name; subpaths are dropped. */
export type Purl = {
  readonly type: string
  readonly path: string
  readonly version?: string
  readonly qualifiers: ReadonlyMap<string, string>
}

/** Reads a package URL as leniently as tools write them; undefined where it is none. */
export function parsePurl(text: string): Purl | undefined {
  const [, body = '', query = ''] = /^pkg:\/*([^?#]*)(?:\?([^#]*))?/i.exec(text) ?? []
  const slash = body.indexOf('/')
  const type = body.slice(0, Math.max(slash, 0)).toLowerCase()
  if (!/^[a-z][a-z0-9.+-]*$/.test(type)) return undefined
  const { name, version } = splitVersion(body.slice(slash + 1))
  const path = name
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded)
    .join('/')
  if (path === '') return undefined
  return { type, path, ...(version && { version: decoded(version) }), qualifiers: qualifiersOf(query) }
}

/** Whether a package URL is one of an image: what an SBOM is about, and no package within it. */
export function isImagePurl({ type }: Pick<Purl, 'type'>): boolean {
  return type === 'oci' || type === 'docker'
}

/** Splits `NAME@VERSION` at the last `@` that does not begin a segment: npm scopes do (`@acme/app@1.0.0`). */
export function splitVersion(text: string): { readonly name: string; readonly version?: string } {
  for (let at = text.lastIndexOf('@'); at > 0; at = text.lastIndexOf('@', at - 1)) {
    if (text[at - 1] !== '/') return { name: text.slice(0, at), version: text.slice(at + 1) }
  }
  return { name: text }
}

/** A package URL as people write it, without qualifiers. */
export function formatPurl({ type, path, version }: Omit<Purl, 'qualifiers'>): string {
  return `pkg:${type}/${path}${version === undefined ? '' : `@${version}`}`
}

/** A package URL in full, its qualifiers in order: one text for each package, which parsePurl reads back. */
export function writePurl({ type, path, version, qualifiers }: Purl): string {
  const segments = path.split('/')
  const base = formatPurl({
    type,
    // Read, an empty segment is none
    path: segments.includes('') ? encoded(path) : segments.map(encoded).join('/'),
    ...(version !== undefined && { version: encoded(version) }),
  })
  const pairs = [...qualifiers].map(([key, value]) => `${key}=${encoded(value)}`).toSorted()
  return pairs.length === 0 ? base : `${base}?${pairs.join('&')}`
}

function qualifiersOf(query: string): ReadonlyMap<string, string> {
  const pairs = query.split('&').map((pair) => {
    const equals = pair.indexOf('=')
    return [pair.slice(0, Math.max(equals, 0)).toLowerCase(), decoded(pair.slice(equals + 1))] as const
  })
  return new Map(pairs.filter(([key, value]) => key !== '' && value !== ''))
}

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%3A', ':')
}
