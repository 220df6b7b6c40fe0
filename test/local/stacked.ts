import { onTestFinished } from 'vitest'
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts'
import { temporaryFolder } from './temporary-folder.ts'

const policies = new URL('../../policies', import.meta.url).pathname

/** The whole stack on ports of its own, with its samples; gone when the test is. */
export async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const stack = await startStack({
    apiPort: 0,
    registryPort: 0,
    dataDir: temporaryFolder(),
    policies,
    samples: true,
    log: () => {},
    ...options,
  })
  onTestFinished(() => stack.close())
  return stack
}

export const hostOf = (stack: Stack) => new URL(stack.registryUrl).host

export async function get<Body>(stack: Stack, path: string): Promise<Body> {
  return (await (await fetch(stack.apiUrl + path)).json()) as Body
}

/** Moves the stack's clock by a body as people send it. */
export function advance(stack: Stack, body: string): Promise<Response> {
  return fetch(`${stack.apiUrl}/local/clock`, { method: 'POST', body })
}
