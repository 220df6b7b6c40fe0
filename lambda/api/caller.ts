import * as z from 'zod'
import { UNPRINTABLE } from '../core/unprintable.ts'

const LONGEST = 300
const name = z
  .string()
  .min(1)
  .max(LONGEST)
  .refine((text) => text.search(UNPRINTABLE) < 0)

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
const authorized = z.object({
  requestContext: z.object({
    authorizer: z.union([
      z.object({ iam: z.object({ userArn: name }) }).transform(({ iam }) => iam.userArn),
      // A subject is unique only for its issuer
      z
        .object({ jwt: z.object({ claims: z.object({ sub: name, iss: name }) }) })
        .transform(({ jwt: { claims } }) => `${claims.sub} (${claims.iss})`),
    ]),
  }),
})

/** Who calls, as the authorizer of the API says; undefined where it says nothing. Nothing that a caller could write himself counts. */
export function callerOf(event: unknown): string | undefined {
  return authorized.safeParse(event).data?.requestContext.authorizer
}
