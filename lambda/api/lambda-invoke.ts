import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import * as z from 'zod'
import { unavailable } from '../aws-errors.ts'
import { Unavailable } from '../errors.ts'
import type { Invoke } from '../ports.ts'

const failure = z.object({ errorMessage: z.string() })

/** A function, through Lambda's Invoke. `does`: what it could not do where it fails. */
export function lambdaInvoke(client: LambdaClient, functionName: string, does: string): Invoke {
  const call = unavailable('Lambda')
  return async (payload, wait) => {
    const Payload = Buffer.from(JSON.stringify(payload))
    const InvocationType = wait ? 'RequestResponse' : 'Event'
    const { FunctionError, Payload: answer } = await call(
      client.send(new InvokeCommand({ FunctionName: functionName, InvocationType, Payload })),
    )
    const text = Buffer.from(answer ?? []).toString()
    if (FunctionError !== undefined) throw new Unavailable(`could not ${does}`, messageOf(text))
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  }
}

/** What the function threw, which Lambda tells as JSON. */
function messageOf(text: string): string {
  const told = text === '' ? undefined : failure.safeParse(JSON.parse(text)).data
  return (told?.errorMessage ?? (text || 'no reason is told')).slice(0, 500)
}
