import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { normaliseHost } from '../core/image.ts'
import { Misconfigured } from '../errors.ts'
import type { Credentials } from './token-auth.ts'

const dockerConfig = z.object({ auths: z.record(z.string(), z.object({ auth: z.string().optional() })).optional() })

/** What `docker login` stored for a host in a `config.json` (plain `auths`; credential helpers are not asked). */
export function dockerCredentials(file: string, host: string): Credentials | undefined {
  for (const [name, { auth }] of Object.entries(read(file).auths ?? {})) {
    const stored = name.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
    if (auth === undefined || normaliseHost(stored) !== host) continue
    const [username = '', ...password] = Buffer.from(auth, 'base64').toString().split(':')
    return { username, password: password.join(':') }
  }
  return undefined
}

function read(file: string): z.infer<typeof dockerConfig> {
  try {
    return dockerConfig.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // What the parsers say quotes the file, and with it a password
    throw new Misconfigured(`${file} cannot be read as a Docker configuration file: mend it, or name another`)
  }
}
