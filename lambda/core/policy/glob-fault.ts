import type { GlobPlace } from './glob.ts'

const LONGEST = 512
const UPSTREAM = /^[a-zA-Z0-9\-_:/*.@]+$/
const OURS = /^[a-zA-Z0-9\-_:/*.]+$/

/** Why a glob cannot stand in this place, or undefined. */
export function globFault(glob: string, place: GlobPlace): string | undefined {
  if (glob.length > LONGEST) return `${glob.length} characters; at most ${LONGEST} are allowed`
  if (place === 'reference') return UPSTREAM.test(glob) ? undefined : `invalid glob ${JSON.stringify(glob)}`
  if (/[{}]/.test(glob)) return '{name} captures are not supported yet; write * in their place'
  if (glob.includes('@')) return 'has a digest; a glob here matches names, never one version'
  if (!OURS.test(glob)) return 'letters, digits and - _ . / : * are allowed'
  return place === 'tag' ? tagFault(glob) : repositoryFault(glob)
}

function repositoryFault(glob: string): string | undefined {
  const slash = glob.indexOf('/')
  const host = slash < 0 ? glob : glob.slice(0, slash)
  const name = slash < 0 ? '' : glob.slice(slash + 1)
  if (name.includes(':') || (slash < 0 && glob.includes(':'))) {
    return 'has a tag; a glob here matches host/name and covers every tag and digest in it'
  }
  if (slash < 0 && !glob.includes('**')) return 'matches no image: every name has a host and a "/"'
  if (!/[.:*]/.test(host) && host.toLowerCase() !== 'localhost') {
    return `"${host}" is no registry host; for Docker Hub write index.docker.io/${glob}`
  }
  if (/[A-Z]/.test(name)) return 'matches no image: repository names are lower-case'
  return undefined
}

function tagFault(glob: string): string | undefined {
  const last = glob.slice(glob.lastIndexOf('/') + 1)
  if (last.includes(':') || last.endsWith('**')) return undefined
  return 'names no tag; write host/name:tag, such as **:latest, or end with ** for all tags'
}
