import type { Policy } from '../policy/policy.ts'
import { earliest, lastEnd } from '../status.ts'
import type { AuthorityResult, Group } from './judged.ts'

/** When time alone may make a no of a policy that holds, ISO 8601; undefined where it cannot. */
export function untilOf({ require, policy }: Policy, groups: readonly Group[]): string | undefined {
  // What is asked about all that matched may need any of them
  const all = require !== undefined || policy !== undefined
  return earliest(...groups.map(({ authorities }) => untilOfGroup(all, authorities)))
}

/** Where one authority suffices, the last of them keeps it good; where more are asked for, the first that ends may end it. */
function untilOfGroup(all: boolean, authorities: readonly AuthorityResult[]): string | undefined {
  const ends = authorities.filter(({ met }) => met).map(untilOfAuthority)
  return all ? earliest(...ends) : lastEnd(ends)
}

function untilOfAuthority({ findings }: AuthorityResult): string | undefined {
  return earliest(...findings.map(({ finding }) => (finding.met ? finding.until : undefined)))
}
