/** One offer of a `WWW-Authenticate` header; scheme and parameter names in lower case. RFC 9110, section 11.6.1 */
export type Challenge = { readonly scheme: string; readonly params: Readonly<Record<string, string>> }

const MAX_LENGTH = 8_192
const MAX_CHALLENGES = 8
const SCHEME = /[\s,]*([a-z0-9_-]+)(?=[\s,]|$)/iy
const PARAM = /[\s,]*([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/iy

/** Reads the offers of a `WWW-Authenticate` header up to the first thing that is not one; none where it is overlong. */
export function parseChallenges(header: string): readonly Challenge[] {
  if (header.length > MAX_LENGTH) return []
  const challenges: Challenge[] = []
  let at = 0
  while (challenges.length < MAX_CHALLENGES) {
    const scheme = matchAt(SCHEME, header, at)
    if (scheme?.[1] === undefined) break
    at += scheme[0].length
    const params = new Map<string, string>()
    for (let param = matchAt(PARAM, header, at); param !== null; param = matchAt(PARAM, header, at)) {
      const [whole, name = '', quoted, plain = ''] = param
      params.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain)
      at += whole.length
    }
    challenges.push({ scheme: scheme[1].toLowerCase(), params: Object.fromEntries(params) })
  }
  return challenges
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
