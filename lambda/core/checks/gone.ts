import { explain } from '../explain.ts'
import type { Digest } from '../image.ts'
import type { Check, Verdict } from '../verdict.ts'

/** How many are named, and by how much of their digest. */
const NAMED = 3
const SHORT = 'sha256:'.length + 12

/** The verdict with a warning of the evidence that counts though the registry no longer has it. */
export function flagGone(verdict: Verdict, gone: readonly Digest[] = []): Verdict {
  if (gone.length === 0) return verdict
  const named = gone.slice(0, NAMED).map((digest) => digest.slice(0, SHORT))
  const more = gone.length > NAMED ? ` and ${gone.length - NAMED} more` : ''
  const reason = 'evidence-removed'
  const check: Check = {
    name: 'evidence',
    outcome: 'warn',
    reason,
    message: explain(reason, `${named.join(', ')}${more}`),
  }
  return { ...verdict, checks: [check, ...verdict.checks] }
}
