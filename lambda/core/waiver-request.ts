import * as z from 'zod'
import { BadInput } from './bad-input.ts'
import { readBody } from './read-body.ts'
import { readReason } from './read-reason.ts'
import { plusSeconds } from './status.ts'
import { LONGEST_WAIVER } from './waiver.ts'

const DAY = 24 * 3600

const request = z.strictObject({ image: z.string(), reason: z.string(), expiresAt: z.string() })
// With seconds or without
const instant = z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })])

/** What a person asks for who accepts an image. */
export type WaiverRequest = z.infer<typeof request>

/** Reads the body of POST /v1/releases; throws BadInput that names the field, the value seen, and what is allowed. */
export function readWaiverRequest(body: unknown, now: string): WaiverRequest {
  const example = '{"image": "HOST/NAME@sha256:…", "reason": "…", "expiresAt": "2026-12-24T18:00:00Z"}'
  const { image, reason, expiresAt } = readBody(request, body, example)
  return { image, reason: readReason(reason), expiresAt: readExpiry(expiresAt, now) }
}

/** The time in the one form in which times are compared. */
function readExpiry(text: string, now: string): string {
  if (!instant.safeParse(text).success) {
    throw new BadInput(
      `expiresAt ${JSON.stringify(text.slice(0, 80))} is not a time with its zone, like 2026-12-24T18:00:00Z`,
    )
  }
  const expiresAt = new Date(text).toISOString()
  const latest = plusSeconds(now, LONGEST_WAIVER)
  if (expiresAt <= now) throw new BadInput(`expiresAt ${text} is not in the future: it is ${now} now`)
  if (expiresAt <= latest) return expiresAt
  throw new BadInput(
    `expiresAt ${text} is too far ahead: a waiver lasts ${LONGEST_WAIVER / DAY} days at most, until ${latest}`,
  )
}
