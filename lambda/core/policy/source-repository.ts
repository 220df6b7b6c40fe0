import { BadInput } from '../bad-input.ts'
import { parseImage } from '../image.ts'
import type { Source } from './policy.ts'

const NAMES = 'abcdefghijklmnopqrstuvwxyz0123456789_-./'

/** Reads `HOST/NAME`, its host under the registry's one name; returns the reason as text when it cannot. */
export function readRepository(text: string): NonNullable<Source['repository']> | string {
  const slash = text.indexOf('/')
  const [host, name] = [text.slice(0, slash), text.slice(slash + 1)]
  if (slash < 0) return `names no repository; write HOST/NAME, such as ${text}/signatures`
  // Without its host a short name would be one of Docker Hub, which is seldom meant
  if (!/[.:]/.test(host) && host !== 'localhost') {
    return `registries must be valid RFC 3986 URI authorities: ${text}; for Docker Hub write index.docker.io/${text}`
  }
  if (/[:@]/.test(name)) return 'has a tag or digest; signatures are looked for in a whole repository: HOST/NAME'
  try {
    const image = parseImage(text)
    return { host: image.host, name: image.name }
  } catch (error) {
    if (!(error instanceof BadInput)) throw error
    return /^[a-z0-9_./-]+$/.test(name)
      ? `not HOST/NAME: ${error.message}`
      : `repository can only contain the characters \`${NAMES}\`: ${name}`
  }
}
