import { plainText } from '../lambda/alerts/plain-text.ts'
import type { StatusResponse } from '../lambda/core/response.ts'

type Base = NonNullable<StatusResponse['base']>
type Standing = NonNullable<StatusResponse['standing']>

/** What is known of a base as people read it: one line for the image, and one for each platform where there are several. */
export function baseLines({ platforms, ...weakest }: Base): string[] {
  const line = ({ rung, image, digest, message }: Omit<Base, 'platforms'>) =>
    `${rung}${image === undefined ? '' : ` ${plainText(image)}@${digest}`}: ${plainText(message, 500)}`
  const each = platforms.length > 1 ? platforms.map((one) => `    ${plainText(one.platform)}: ${line(one)}`) : []
  return [`  base ${line(weakest)}`, ...each]
}

/** What an image is itself to those that stand on it, on one line. */
export function standingLine({ vouchedFor, existedAt, replaced, endOfLife }: Standing): string {
  const counts = vouchedFor.length === 0 ? 'nobody vouches for it' : `vouched for by ${vouchedFor.join(', ')}`
  const by = replaced?.by === undefined ? ' elsewhere' : ` at ${replaced.by}`
  const past = [
    ...(replaced === undefined ? [] : [`tag ${plainText(replaced.tag)} points${by}`]),
    ...(endOfLife === undefined ? [] : ['its main package is at its end']),
  ]
  return `  as a base: ${[counts, `there since ${existedAt}`, ...past].join('; ')}`
}
