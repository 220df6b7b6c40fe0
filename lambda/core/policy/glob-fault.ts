import type { GlobPlace } from './glob.ts'

const LONGEST = 512
const UPSTREAM = /^[a-zA-Z0-9\-_:/*.@]+$/
const OURS = /^[a-zA-Z0-9\-_:/*.]+$/
const CAPTURE = /\{([^{}]*)\}/g

/** Why a glob cannot stand in this place, or undefined. */
export function globFault(glob: string, place: GlobPlace): string | undefined {
  if (glob.length > LONGEST) return `${glob.length} characters; at most ${LONGEST} are allowed`
  if (place === 'reference') return UPSTREAM.test(glob) ? undefined : `invalid glob ${JSON.stringify(glob)}`
  if (place === 'captures') return captureFault(glob) ?? globFault(glob.replace(CAPTURE, '*'), 'repository')
  if (/[{}]/.test(glob)) return '{name} captures stand in spec.images[].glob of a VerificationPolicy; write * here'
  if (glob.includes('@')) return 'has a digest; a glob here matches names, never one version'
  if (!OURS.test(glob)) return 'letters, digits and - _ . / : * are allowed'
  return place === 'tag' ? tagFault(glob) : repositoryFault(glob)
}

/** A capture must mean one thing for every name, so it has its path segment for itself, and its place is known from an end. */
function captureFault(glob: string): string | undefined {
  if (/[{}]/.test(glob.replace(CAPTURE, ''))) return '{ and } stand around the name of a capture, such as {service}'
  const names = [...glob.matchAll(CAPTURE)].map(([, name = '']) => name)
  if (names.length === 0) return undefined
  const odd = names.find((name) => !/^[a-z][A-Za-z0-9]{0,31}$/.test(name))
  if (odd !== undefined) return `{${odd}}: a capture is named by up to 32 letters and digits, such as {service}`
  if (new Set(names).size < names.length) return 'captures twice by one name'
  const [host = '', ...segments] = glob.split('/')
  if (host.includes('{')) return 'captures of the registry host; a capture stands in the name'
  const crowded = segments.find((one) => one.includes('{') && one.replace(CAPTURE, '*').split('*').length > 2)
  if (crowded !== undefined)
    return `"${crowded}" could be read in two ways: a capture has no * or other capture beside it`
  return glob.split('**').length > 2 ? 'could be read in two ways: beside a capture only one ** is allowed' : undefined
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
