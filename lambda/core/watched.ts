import { RE2JS } from 're2js'
import { SELF_TEST_REPOSITORY } from './tags.ts'

const WILDCARDS: Readonly<Record<string, string>> = { '*': '.*', '?': '.' }

/** Tells whether a repository is watched. What is watched is named as in IAM: `*` stands for any text, `?` for one character. */
export function watchedBy(repositories: readonly string[]): (name: string) => boolean {
  const patterns = repositories.map((one) =>
    RE2JS.compile(
      one
        .split(/([*?])/)
        .map((part) => WILDCARDS[part] ?? RE2JS.quote(part))
        .join(''),
    ),
  )
  // What happens in the self-test's own is nobody's push
  return (name) => name !== SELF_TEST_REPOSITORY && patterns.some((pattern) => pattern.testExact(name))
}

/** What is watched by its whole name, and can be looked at without a list of all repositories. */
export function watchedByName(repositories: readonly string[]): readonly string[] {
  return repositories.filter((one) => !/[*?]/.test(one))
}
