import * as z from 'zod'

/** The statuses a client can narrow a list to; by itself it gets what is active. */
export const statusFilter = z.enum(['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY']).default('ACTIVE')

/** What can be in the archive, as both a manifest and a referrer can. */
type Archivable = { readonly archived?: boolean }

/** What ECR calls the status of an image or artifact. Restoring takes no time here, so nothing is ever `ACTIVATING`. */
export function statusOf({ archived }: Archivable): 'ACTIVE' | 'ARCHIVED' {
  return archived ? 'ARCHIVED' : 'ACTIVE'
}

/** Whether a list narrowed to a status has this one on it. */
export function hasStatus(one: Archivable, wanted: z.output<typeof statusFilter>): boolean {
  return wanted === 'ANY' || wanted === statusOf(one)
}
