import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { BadInput } from '../lambda/core/bad-input.ts'
import { normaliseHost } from '../lambda/core/image.ts'
import type { Credentials } from '../lambda/registry/token-auth.ts'

const dockerConfig = z.object({ auths: z.record(z.string(), z.object({ auth: z.string().optional() })).optional() })

/** What `docker login` stored for a host in `config.json` (plain `auths`; credential helpers are not asked). */
export function dockerCredentials(host: string, env: NodeJS.ProcessEnv = process.env): Credentials | undefined {
  const path = join(env.DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json')
  if (!existsSync(path)) return undefined
  for (const [name, { auth }] of Object.entries(read(path).auths ?? {})) {
    const stored = name.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
    if (auth === undefined || normaliseHost(stored) !== host) continue
    const [username = '', ...password] = Buffer.from(auth, 'base64').toString().split(':')
    return { username, password: password.join(':') }
  }
  return undefined
}

function read(path: string): z.infer<typeof dockerConfig> {
  try {
    return dockerConfig.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new BadInput(`${path} is not a Docker configuration file: mend it, or set DOCKER_CONFIG to another folder`)
  }
}
