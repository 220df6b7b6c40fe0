import { keptBaseFacts } from './bases/kept-base-facts.ts'
import { nextStanding } from './bases/next-standing.ts'
import { explain } from './explain.ts'
import type { Judged } from './plan.ts'
import type { ImageRecord, State } from './status.ts'
import type { Check } from './verdict.ts'

/** An item stays far below DynamoDB's 400 kB: this many checks, signers and platforms, with messages of so many characters. */
export const MAX_LISTED = 100
const LONGEST = 500
/** What a verdict writes down on an image's item. */
export function verdictFields(
  before: ImageRecord,
  judged: Judged & { kind: 'verdict' },
  now: string,
): Partial<ImageRecord> {
  const { policies, policyHash, goodUntil, base } = judged.verdict
  const { mediaType, transcript, rulesHash } = judged
  const checks = weightiest(judged.verdict.checks).map(shortened)
  const signers = judged.verdict.signers.slice(0, MAX_LISTED)
  const platforms = judged.platforms.slice(0, MAX_LISTED)
  return {
    policies,
    checks,
    signers,
    policyHash,
    rulesHash,
    goodUntil,
    mediaType,
    platforms,
    transcript,
    base: base && keptBaseFacts(base),
    facts: judged.facts,
    standing: nextStanding(before.standing, judged.standing, before.firstSeenAt),
    checkedAt: now,
    lastError: undefined,
    goneAt: undefined,
  }
}

/** Where there are more checks than are kept, what went wrong is kept before what went well. */
function weightiest(checks: readonly Check[]): readonly Check[] {
  if (checks.length <= MAX_LISTED) return checks
  const wrong = ({ outcome }: Check) => Number(outcome !== 'pass' && outcome !== 'skip')
  return checks.toSorted((a, b) => wrong(b) - wrong(a)).slice(0, MAX_LISTED)
}

function shortened(check: Check): Check {
  return check.message.length <= LONGEST ? check : { ...check, message: `${check.message.slice(0, LONGEST - 1)}…` }
}

/** What is written down where there is no verdict. */
export function errorFields(state: State, judged: Judged & { kind: 'error' }, now: string): Partial<ImageRecord> {
  const lastError = { at: now, message: judged.message }
  // What was read in part is there
  const here = judged.reason === 'unavailable' ? {} : { goneAt: undefined }
  // The last verdict is kept
  if (state !== 'error') return { lastError, ...here }
  const check: Check = {
    name: 'evidence',
    outcome: 'error',
    reason: judged.reason,
    message: explain(judged.reason, judged.message),
  }
  return {
    lastError,
    ...here,
    checks: [check],
    policies: [],
    signers: [],
    policyHash: judged.policyHash,
    goodUntil: undefined,
    transcript: undefined,
    checkedAt: now,
  }
}
