import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { digestOf } from '../../lambda/core/digest-of.ts'
import type { Remote } from '../../lambda/core/policy/expressions.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { remotesOf } from '../../lambda/policies.ts'
import { exchanger } from '../../lambda/registry/exchange.ts'
import { LIMITS } from '../../lambda/registry/limits.ts'

const MAX_BYTES = 65_536

/** `assay policy fetch FILE…`: keeps what policies refer to beside them, so that nothing is fetched where images are judged. */
export function fetchCommand(): Command {
  return new Command('fetch')
    .description('fetch the policies that files refer to (policy.remote), and keep them in remote/ beside the files')
    .argument('<file...>', 'policy files')
    .requiredOption('--from <host...>', 'the only hosts that may be asked')
    .action(async (files: readonly string[], { from }: { readonly from: readonly string[] }) => {
      for (const file of files) {
        for (const remote of await remotesOf(file)) console.log(await keep(file, remote, from))
      }
    })
}

async function keep(file: string, { url, sha256sum }: Remote, hosts: readonly string[]): Promise<string> {
  const { host } = new URL(url)
  if (!hosts.includes(host))
    throw new BadInput(`${file} refers to ${url}, and ${host} is none of --from ${hosts.join(' ')}`)
  const bytes = await download(url)
  const digest = digestOf(bytes)
  if (digest !== `sha256:${sha256sum}`) throw new BadInput(`${url} has ${digest}; ${file} asks for sha256:${sha256sum}`)
  const folder = join(dirname(file), 'remote')
  await mkdir(folder, { recursive: true })
  const kept = join(folder, sha256sum)
  await writeFile(kept, bytes)
  return `${url} kept as ${kept}`
}

async function download(url: string): Promise<Uint8Array> {
  const { host } = new URL(url)
  const get = exchanger({ service: host, limits: LIMITS, fetch: globalThis.fetch })
  // A redirect would lead to a host that nobody has allowed
  const { status, bytes } = await get({ url: new URL(url), accept: '*/*', maxBytes: MAX_BYTES, redirects: 0 })
  if (status !== 200) throw new Unavailable(host, `${url} is answered with ${status}`)
  return bytes
}
