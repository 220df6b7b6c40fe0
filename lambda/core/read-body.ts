import * as z from 'zod'
import { BadInput } from './bad-input.ts'

/** The body of a request; throws BadInput that says what is wrong with it, and gives an `example`. */
export function readBody<T>(schema: z.ZodType<T>, body: unknown, example: string): T {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  throw new BadInput(`body: ${z.prettifyError(read.error)}; give ${example}`)
}
