/** A repository by its plain URL (`https://github.com/acme/app`), and the ref where one is named. */
export type GitSource = { readonly repository: string; readonly ref?: string }

const LONGEST = 2_048
const FORM = /^(?:git\+)?(https?|ssh|git):\/\/((?:git@)?[A-Za-z0-9.-]+(?::[0-9]+)?)(\/[^?#%\\\s]*)(?:#([^\s]*))?$/i

/**
 * Reads the place of a git repository as provenance writes it: `git+https://…@REF` (SLSA) or `https://….git#REF:DIR` (BuildKit).
 * `git+`, `.git`, slashes at the end and the case of the host make no difference. Undefined where it could be read two ways.
 */
export function readGitSource(uri: string): GitSource | undefined {
  const [, scheme = '', authority = '', rest = '', fragment] = (uri.length <= LONGEST && FORM.exec(uri)) || []
  const at = rest.indexOf('@')
  const path = at < 0 ? rest : rest.slice(0, at)
  const base = `${scheme.toLowerCase()}://${authority.toLowerCase()}`
  // A path that a URL parser would change (`..`) leads elsewhere than its text says
  if (authority === '' || !URL.canParse(base + path) || new URL(base + path).pathname !== path) return undefined
  if (authority.includes('@') && scheme.toLowerCase() !== 'ssh') return undefined
  const name = withoutEnd(path)
  if (!/[^/]$/.test(name) || name.includes('//') || (at >= 0 && fragment !== undefined)) return undefined
  const ref = at < 0 ? fragment?.split(':', 1)[0] : rest.slice(at + 1)
  return { repository: new URL(base + name).href, ...(ref && { ref }) }
}

function withoutEnd(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end--
  return path.slice(0, end).replace(/\.git$/, '')
}
