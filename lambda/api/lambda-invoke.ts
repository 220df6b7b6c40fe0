import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { unavailable } from '../aws-errors.ts'
import { jsonObject } from '../core/json-object.ts'
import { Unavailable } from '../errors.ts'
import type { Invoke } from '../ports.ts'

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
    if (FunctionError !== undefined) throw new Unavailable(`could not ${does}`, reasonIn(text))
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  }
}

/** What the function threw, which Lambda tells as JSON. */
function reasonIn(text: string): string {
  const told = jsonObject(Buffer.from(text))?.errorMessage
  return (typeof told === 'string' ? told : text || 'no reason is told').slice(0, 500)
}
