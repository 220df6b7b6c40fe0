import { resolve } from 'node:path'
import { Command } from 'commander'
import { BadInput } from '../../lambda/core/bad-input.ts'

/** `assay start`: the whole pipeline on this machine, until it is interrupted. */
export function startCommand(): Command {
  return new Command('start')
    .description(
      'run the whole pipeline on this machine (ASSAY_API_PORT, ASSAY_REGISTRY_PORT, ASSAY_DATA, ASSAY_POLICIES, ASSAY_SAMPLES)',
    )
    .action(() => start(process.env))
}

async function start(env: NodeJS.ProcessEnv): Promise<void> {
  // Loaded only here: no other command needs the emulators
  const { startStack } = await import('../../local/stack.ts')
  const apiPort = port(env, 'ASSAY_API_PORT', 8080)
  const registryPort = port(env, 'ASSAY_REGISTRY_PORT', 5500)
  if (apiPort === registryPort && apiPort !== 0) {
    throw new BadInput(`ASSAY_API_PORT and ASSAY_REGISTRY_PORT are both ${apiPort}; they must differ`)
  }
  const withSamples = samples(env)
  const stack = await startStack({
    apiPort,
    registryPort,
    dataDir: resolve(env.ASSAY_DATA || '.assay'),
    policies: resolve(env.ASSAY_POLICIES || 'policies'),
    samples: withSamples,
    log: (line) => console.log(line),
  })
  for (const line of welcome(stack.apiUrl, stack.registryUrl, withSamples)) console.log(line)
  await interrupted()
  console.log('stopping')
  await stack.close()
}

function welcome(apiUrl: string, registryUrl: string, withSamples: boolean): string[] {
  const host = new URL(registryUrl).host
  return [
    '',
    'Assay is watching. Everything runs on this machine; nothing leaves it.',
    '',
    `  registry     ${host}`,
    `  status API   ${apiUrl}`,
    `  alerts       ${apiUrl}/local/alerts`,
    '',
    'Push an image and ask about it:',
    `  crane copy alpine:3 ${host}/samples/mine:v1`,
    `  npx --no assay status ${host}/samples/mine:v1`,
    `  npx --no assay gate ${host}/samples/${withSamples ? 'signed' : 'mine'}:v1`,
    '',
    'Ctrl-C stops it; all state is kept.',
  ]
}

function interrupted(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done())
  })
}

function port(env: NodeJS.ProcessEnv, name: string, usual: number): number {
  const text = env[name]
  if (text === undefined || text === '') return usual
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value
  throw new BadInput(`${name} is "${text}"; a port is a whole number from 0 to 65535`)
}

function samples(env: NodeJS.ProcessEnv): boolean {
  const text = env.ASSAY_SAMPLES ?? '1'
  if (text === '1' || text === '0') return text === '1'
  throw new BadInput(`ASSAY_SAMPLES is "${text}"; 1 loads the samples, 0 starts empty`)
}
