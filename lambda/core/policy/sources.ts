import { sourceId } from '../evidence.ts'
import { sigstoreAuthorities } from './authorities.ts'
import { OWN_SOURCE, type Policy, type Source } from './policy.ts'

/** Where these policies look for signatures, each place once: the image's own repository where nothing else is said. */
export function sourcesOf(policies: readonly Policy[]): readonly Source[] {
  const said = sigstoreAuthorities(policies).map(({ source }) => source)
  return said.length === 0 ? [OWN_SOURCE] : [...new Map(said.map((one) => [sourceId(one), one])).values()]
}

/** What stands before signature tags in some of these places; the usual nothing is not named. */
export function tagPrefixes(policies: readonly Policy[]): readonly string[] {
  return sourcesOf(policies).flatMap(({ tagPrefix }) => (tagPrefix === '' ? [] : [tagPrefix]))
}
