import { plainText } from '../lambda/alerts/plain-text.ts'
import type { StatusResponse } from '../lambda/core/response.ts'
import type { Check } from '../lambda/core/verdict.ts'

type Base = NonNullable<StatusResponse['base']>
type Standing = NonNullable<StatusResponse['standing']>

/** What is known of a base as people read it: one line for the image, and one for each platform where there are several. */
export function baseLines({ platforms, ...weakest }: Base): string[] {
  const line = ({ rung, image, digest, message }: Omit<Base, 'platforms'>) =>
    `${rung}${image === undefined ? '' : ` ${plainText(image)}@${digest}`}: ${plainText(message, 500)}`
  const each = platforms.length > 1 ? platforms.map((one) => `    ${plainText(one.platform)}: ${line(one)}`) : []
  return [`  base ${line(weakest)}`, ...each]
}

/** Where no base was found without a table: which were looked at. */
export function lookedAtLines(checks: readonly Check[]): string[] {
  if (!checks.some(({ reason }) => reason === 'base-missing')) return []
  return [
    '  looked at here are bases that the image names, and tags that spec.watch names; an installation also knows what was pushed to it: assay status',
  ]
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
