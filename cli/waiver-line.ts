import { plainText } from '../lambda/alerts/plain-text.ts'
import type { Waiver } from '../lambda/core/waiver.ts'

/** Who accepted an image, until when and why. */
export function waiverLine({ by, reason, expiresAt }: Waiver): string {
  return `  accepted by ${plainText(by)} until ${expiresAt}: ${plainText(reason)}`
}
