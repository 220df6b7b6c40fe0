import { isObject } from './is-object.ts'

/** How a container of an image starts where nobody says otherwise. `user`: `root`, or as it is written. */
export type ImageRuntime = { readonly user: string; readonly entrypoint: readonly string[] }

const MOST = 50
const LONGEST = 500

/**
 * Reads an image config for who runs what. A runtime takes no user, the number 0 however it is written, and any group beside
 * for root; which number a name has only /etc/passwd of the image tells. Cut to 50 words of 500 characters.
 */
export function imageRuntime(json: Readonly<Record<string, unknown>>): ImageRuntime {
  const { User: user, Entrypoint: entrypoint } = isObject(json.config) ? json.config : {}
  const words: readonly unknown[] = Array.isArray(entrypoint) ? entrypoint : []
  return {
    user: userOf(user),
    entrypoint: words
      .filter((word) => typeof word === 'string')
      .slice(0, MOST)
      .map(short),
  }
}

function userOf(user: unknown): string {
  if (typeof user !== 'string') return 'root'
  const [name = ''] = user.split(':', 1)
  return name === '' || name === 'root' || /^[+-]?0+$/.test(name) ? 'root' : short(user)
}

function short(text: string): string {
  return text.slice(0, LONGEST).toWellFormed()
}
