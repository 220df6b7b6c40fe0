import { join } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../cdk/root.ts'
import { ENV } from '../../lambda/env.ts'
import { FUNCTIONS } from '../../lambda/resources.ts'
import { resource, resourcesOf, stackOf } from './synthesized.ts'

const resources = resourcesOf(stackOf({ reservedConcurrency: { api: 20 } }))
const CONSTRUCTS = { verify: 'Verify', act: 'Act', sweep: 'Sweep', api: 'Api', trust: 'Trust' } as const
const names = Object.keys(FUNCTIONS) as (keyof typeof FUNCTIONS)[]

describe.each(names)('the %s function', (name) => {
  const [, { Properties }] = resource(resources, `${CONSTRUCTS[name]}Function`)

  it('is as resources.ts says', () => {
    const { timeout, memory } = FUNCTIONS[name]
    expect(Properties).toMatchObject({ Timeout: timeout, MemorySize: memory, Handler: 'index.handler' })
  })

  it('runs on arm64 and Node 24, traced, with a JSON log that ends', () => {
    const [logId, log] = resource(resources, `${CONSTRUCTS[name]}Log`)
    expect(Properties).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: logId } },
    })
    expect(log.Properties.RetentionInDays).toBe(90)
  })

  it('has all the environment that its wiring requires', async () => {
    const required = await requiredBy(FUNCTIONS[name].entry)
    expect(required).toContain(ENV.table)
    expect(Object.keys(Properties.Environment.Variables)).toEqual(expect.arrayContaining(required))
  })
})

it('makes no function that resources.ts does not name', () => {
  expect(resourcesOf(stackOf(), 'AWS::Lambda::Function')).toHaveLength(names.length)
})

it('reserves concurrency only where the configuration says so', () => {
  const reserved = names.map((name) => {
    const [, { Properties }] = resource(resources, `${CONSTRUCTS[name]}Function`)
    return [name, Properties.ReservedConcurrentExecutions]
  })
  expect(Object.fromEntries(reserved)).toEqual({
    verify: undefined,
    act: undefined,
    sweep: undefined,
    api: 20,
    trust: undefined,
  })
})

/** The variables that a handler asks for: what `required(ENV.…)` is left in its bundle once the unused is gone. */
async function requiredBy(entry: string): Promise<string[]> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    treeShaking: true,
  })
  const fields = outputFiles[0]!.text.matchAll(/\brequired\(ENV\.(\w+)\)/g)
  return [...new Set([...fields].map(([, field]) => ENV[field as keyof typeof ENV]))]
}
