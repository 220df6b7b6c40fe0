import * as z from 'zod'
import { duration, objectName, strict } from './schema-fields.ts'

export const MAX_LISTED = 50

/** What a VerificationPolicy asks of the base that its images stand on. */
export const baseRule = strict({
  from: z.array(objectName).min(1).max(MAX_LISTED).optional(),
  required: z.boolean().optional(),
  intact: z.boolean().optional(),
  current: z.boolean().optional(),
  maxAge: duration.optional(),
})
