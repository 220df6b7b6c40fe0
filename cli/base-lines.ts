import { plainText } from '../lambda/alerts/plain-text.ts'
import type { StatusResponse } from '../lambda/core/response.ts'

type Base = NonNullable<StatusResponse['base']>

/** What is known of a base as people read it: one line for the image, and one for each platform where there are several. */
export function baseLines({ platforms, ...weakest }: Base): string[] {
  const line = ({ rung, image, digest, message }: Omit<Base, 'platforms'>) =>
    `${rung}${image === undefined ? '' : ` ${plainText(image)}@${digest}`}: ${plainText(message, 500)}`
  const each = platforms.length > 1 ? platforms.map((one) => `    ${plainText(one.platform)}: ${line(one)}`) : []
  return [`  base ${line(weakest)}`, ...each]
}
