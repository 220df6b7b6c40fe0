import { canonicalHash } from './canonical.ts'
import type { HistoryRow, ImageRecord } from './status.ts'

/** The row that keeps a record's verdict once the image moves on; rows form a chain by hash. */
export function historyRow(record: ImageRecord): HistoryRow {
  const { rev, state, since, checkedAt, policies, checks, signers, policyHash, transcript, waivers, historyHash } =
    record
  const row = {
    rev,
    state,
    ...(since !== undefined && { since }),
    at: checkedAt,
    policies,
    checks,
    signers,
    policyHash,
    ...(transcript !== undefined && { transcript }),
    ...(waivers !== undefined && { waivers }),
  }
  return historyHash === undefined ? row : { ...row, previousHash: historyHash }
}

/** The hash by which the next row names this one: over canonical JSON (RFC 8785), since a store may reorder fields. */
export function historyHash(row: HistoryRow): string {
  return canonicalHash(row)
}
