import { describe, expect, test } from 'vitest'
import { dated } from '../../../lambda/core/checks/dated.ts'
import type { Signer } from '../../../lambda/core/evidence.ts'
import { attestation, SPDX, WORKFLOW } from '../claims.ts'

const [MARCH, MAY] = ['2026-03-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z']
const key = (signedAt?: string, name = 'sha256:k'): Signer => ({
  kind: 'key',
  key: name,
  ...(signedAt && { signedAt }),
})
const by = (signer: Signer, content: unknown = 1) => ({ signer, says: attestation(SPDX, content), id: 'x' })
const lasting = (signedAt: string, content: unknown = 1) => ({
  ...by({ ...WORKFLOW, signedAt }, content),
  lasting: 'c',
})
const times = (...all: Parameters<typeof dated>[0]) => dated(all).map(({ signedAt }) => signedAt)

describe('when something was signed', () => {
  test.each([
    ['by a certificate: at its trusted time', times(by({ ...WORKFLOW, signedAt: MAY })), [MAY]],
    ['by a key: at the earliest time of that content', times(by(key(MAY)), by(key(MARCH))), [MARCH, MARCH]],
    ['by a key, and stamped again: nobody knows', times(by(key(MAY)), by(key())), [undefined, undefined]],
    ['by another key: apart', times(by(key(MAY)), by(key(MARCH, 'sha256:l'))), [MAY, MARCH]],
    ['about something else: apart', times(by(key(MAY), 1), by(key(MARCH), 2)), [MAY, MARCH]],
    [
      'by one certificate that signs for years: at the earliest time of that content',
      times(lasting(MAY), lasting(MARCH), lasting(MAY, 2)),
      [MARCH, MARCH, MAY],
    ],
    [
      'by certificates: each apart',
      times(by({ ...WORKFLOW, signedAt: MAY }), by({ ...WORKFLOW, signedAt: MARCH })),
      [MAY, MARCH],
    ],
  ])('%s', (_, seen, expected) => {
    expect(seen).toEqual(expected)
  })
})
