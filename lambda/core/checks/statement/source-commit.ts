import { type GitSource, readGitSource } from '../../git-source.ts'
import { isObject } from '../../is-object.ts'
import { type Fault, seen } from './finding.ts'

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
/** What a URI of git says of itself; BuildKit fetches archives by https too, and writes their sha256. */
const OF_GIT = /^git[+:]|\.git(?:[@#]|$)/i

/** Where something of a build came from, and the field that says so; nothing of it is checked. */
export type Place = { readonly field: string; readonly uri: unknown; readonly digest?: unknown }

/** The commit by which places name a source; a fault where they name several. Those of other repositories and refs are passed over. */
export function sourceCommit(source: GitSource, places: readonly Place[]): { readonly commit?: string } | Fault {
  const found = places.flatMap((place) => commitsOf(place, source).map((commit) => ({ field: place.field, commit })))
  const [first] = found
  if (first === undefined) return {}
  const other = found.find(({ commit }) => commit !== first.commit)
  if (other === undefined) return { commit: first.commit }
  const [a, b] = [first, other].map(({ field, commit }) => `${seen(commit)} in ${field}`)
  return { fault: `the provenance names several commits of its source: ${a}; ${b}` }
}

function commitsOf({ uri, digest }: Place, { repository, ref }: GitSource): readonly string[] {
  if (typeof uri !== 'string' || !isObject(digest)) return []
  const { gitCommit, sha1, sha256 } = digest
  const commits = [gitCommit, sha1, OF_GIT.test(uri) ? sha256 : undefined].filter(isCommit)
  if (commits.length === 0) return []
  const source = readGitSource(uri)
  if (source?.repository !== repository) return []
  return source.ref === undefined || ref === undefined || source.ref === ref ? commits : []
}

function isCommit(value: unknown): value is string {
  return typeof value === 'string' && COMMIT.test(value)
}
