import { describe, expect, it } from 'vitest'
import { historyHash, historyRow } from '../../lambda/core/history.ts'
import { KEY } from './claims.ts'
import { NOW, record } from './records.ts'

describe('history', () => {
  it('keeps a verdict as it was', () => {
    const check = { name: 'a', outcome: 'fail', reason: 'no-signature', message: 'm' } as const
    const policies = [{ name: 'a', outcome: 'fail' }] as const
    expect(historyRow(record({ checks: [check], policies, signers: [KEY], state: 'failed' }))).toEqual({
      rev: 2,
      state: 'failed',
      at: NOW,
      checks: [check],
      policies,
      signers: [KEY],
      policyHash: 'p',
    })
  })

  it('is a chain: each row names the one before by its hash', () => {
    const first = historyRow(record({ rev: 1 }))
    const second = historyRow(record({ historyHash: historyHash(first) }))
    expect(second.previousHash).toBe(historyHash(first))
    expect(historyHash(first)).toMatch(/^[0-9a-f]{64}$/)
  })

  it('shows any change in a row, and in all before it', () => {
    const row = historyRow(record({ historyHash: 'h' }))
    const changed = [
      { ...row, rev: 3 },
      { ...row, state: 'failed' as const },
      { ...row, signers: [KEY] },
      { ...row, previousHash: 'x' },
    ].map(historyHash)
    expect(new Set([historyHash(row), ...changed]).size).toBe(5)
  })

  it('has the same hash after a round trip through a table', () => {
    const row = historyRow(record({ checks: [{ name: 'a', outcome: 'pass', reason: 'verified', message: 'm' }] }))
    expect(historyHash(JSON.parse(JSON.stringify(row)))).toBe(historyHash(row))
  })

  it('has the same hash in whatever order the fields come back', () => {
    const row = historyRow(record())
    const turned = Object.fromEntries(Object.entries(row).toReversed()) as typeof row
    expect(historyHash(turned)).toBe(historyHash(row))
  })
})
