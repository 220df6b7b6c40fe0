import { expect, it } from 'vitest'
import { STAGES } from '../../lambda/core/checks/authority.ts'
import { explain } from '../../lambda/core/explain.ts'
import type { Reason } from '../../lambda/core/reasons.ts'

it('a reason reads as a sentence, with what was seen where something was', () => {
  expect(explain('no-signature')).toBe('nothing on the image claims to be a signature')
  expect(explain('log-missing', 'no entry')).toBe('the proof from a transparency log is missing: no entry')
})

it('every reason a signature can be turned away for has its place among the near misses', () => {
  const faults: readonly Reason[] = [
    'malformed',
    'over-limit',
    'unsupported',
    'signature-invalid',
    'wrong-key-kind',
    'key-outside-validity',
    'certificate-untrusted',
    'log-missing',
    'log-invalid',
    'log-mismatch',
    'timestamp-missing',
    'timestamp-invalid',
    'subject-mismatch',
    'predicate-malformed',
  ]
  expect(faults.filter((fault) => !STAGES.includes(fault))).toEqual([])
})
