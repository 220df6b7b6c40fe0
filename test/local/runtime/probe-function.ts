import { onTestFinished } from 'vitest'
import { createFunction, type FunctionOptions, type LambdaFunction } from '../../../local/runtime/function.ts'
import { createOffset } from '../../../local/runtime/shifted-date.ts'

/** A function of the test's own, ended with the test. */
export function testFunction(options: Partial<FunctionOptions> & { module?: string } = {}): LambdaFunction {
  const { module = 'probe', ...rest } = options
  const created = createFunction({
    name: 'probe',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:probe',
    entry: new URL(`./handlers/${module}.ts`, import.meta.url),
    timeout: 20,
    memory: 128,
    concurrency: 1,
    env: {},
    offset: createOffset(),
    log: () => {},
    ...rest,
  })
  onTestFinished(() => created.close())
  return created
}

/** What the handler answered; throws where it failed. */
export async function answerOf(target: LambdaFunction, event: unknown): Promise<Record<string, unknown>> {
  const outcome = await target.invoke(event)
  if (!outcome.ok) throw new Error(outcome.payload)
  return JSON.parse(outcome.payload)
}
