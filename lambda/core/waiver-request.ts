import * as z from 'zod'
import { BadInput } from './bad-input.ts'
import { plusSeconds } from './status.ts'
import { UNPRINTABLE } from './unprintable.ts'
import { LONGEST_WAIVER } from './waiver.ts'

const LONGEST_REASON = 500
const DAY = 24 * 3600

const request = z.strictObject({ image: z.string(), reason: z.string(), expiresAt: z.string() })
// With seconds or without
const instant = z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })])

/** What a person asks for who accepts an image. */
export type WaiverRequest = z.infer<typeof request>

/** Reads the body of POST /v1/releases; throws BadInput that names the field, the value seen, and what is allowed. */
export function readWaiverRequest(body: unknown, now: string): WaiverRequest {
  const parsed = request.safeParse(body)
  if (!parsed.success) {
    const example = '{"image": "HOST/NAME@sha256:…", "reason": "…", "expiresAt": "2026-12-24T18:00:00Z"}'
    throw new BadInput(`body: ${z.prettifyError(parsed.error)}; give ${example}`)
  }
  const { image, reason, expiresAt } = parsed.data
  return { image, reason: readReason(reason), expiresAt: readExpiry(expiresAt, now) }
}

function readReason(text: string): string {
  const reason = text.trim()
  const { length } = Array.from(reason)
  if (length === 0 || length > LONGEST_REASON) {
    throw new BadInput(`reason of ${length} characters; 1 to ${LONGEST_REASON} are allowed`)
  }
  const odd = reason.match(UNPRINTABLE)?.[0]?.codePointAt(0)
  if (odd === undefined) return reason
  const code = odd.toString(16).toUpperCase().padStart(4, '0')
  throw new BadInput(`reason holds the character U+${code}; printable text on one line is allowed`)
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
