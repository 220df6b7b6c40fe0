import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { DEFAULT_ROOT, type TrustedRoots } from './core/policy/policy.ts'
import { ENV } from './env.ts'
import { Misconfigured } from './errors.ts'
import { publicGoodRoot } from './trust/public-good.ts'

const files = z.record(z.string(), z.string())

/** The trusted roots that come with the installation: public-good Sigstore, and files named in the environment. */
export async function readInstalledRoots(env: NodeJS.ProcessEnv = process.env): Promise<TrustedRoots> {
  const named = Object.entries(filesFrom(env[ENV.trustedRoots]))
  const read = await Promise.all(named.map(async ([name, path]) => [name, await readJson(name, path)] as const))
  return { [DEFAULT_ROOT]: publicGoodRoot(), ...Object.fromEntries(read) }
}

function filesFrom(text: string | undefined): Record<string, string> {
  if (text === undefined || text === '') return {}
  try {
    return files.parse(JSON.parse(text))
  } catch (cause) {
    throw new Misconfigured(`${ENV.trustedRoots} is "${text}"; it must be JSON like {"NAME": "FILE"}`, { cause })
  }
}

async function readJson(name: string, path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch (cause) {
    throw new Misconfigured(`trusted root "${name}": ${path} could not be read as JSON: ${String(cause)}`, { cause })
  }
}
