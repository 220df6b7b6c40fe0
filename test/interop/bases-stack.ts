import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, vi } from 'vitest'
import type { StatusResponse } from '../../lambda/core/response.ts'
import { startStack } from '../../local/stack.ts'
import { cosignIn, cosignKeys } from './cosign.ts'
import { type Files, layerTar } from './layer-tar.ts'
import { basePolicies } from './policies.ts'
import { run, type Tool } from './tools.ts'

/** The layers of a base, and one on top of it. */
export const OS: Files = {
  'etc/os-release': 'NAME=base',
  'etc/passwd': 'root:x:0:0',
  'usr/lib/libssl.so.3': 'good',
  'bin/sh': { text: 'sh', mode: 0o755 },
}
export const NODE: Files = { 'usr/bin/node': { text: 'node', mode: 0o755 } }
export const APP: Files = { 'app/index.js': 'run()' }

/** What these cases need. */
export const TOOLS: readonly Tool[] = ['crane', 'cosign', 'tar']

const CLI = new URL('../../cli/assay.mjs', import.meta.url).pathname
const PATIENCE = { timeout: 30_000, interval: 50 }

type How = { readonly docker?: boolean; readonly platform?: string }
type Cosign = Awaited<ReturnType<typeof cosignIn>>
export type Alert = { readonly subject: string; readonly text: string; readonly image: string }
/** What `GET /v1/derived` says of a base. */
export type Derived = {
  readonly base: { readonly image: string; readonly replaced?: { readonly by?: string } }
  readonly images: readonly { readonly image: string; readonly wave: number; readonly rung: string }[]
}

/** The status of an image of which nothing is to be wished for. `more`: of what is known of its base. */
export function fresh(base: string, more: object = {}) {
  const known = { rung: 'fresh', proof: 'layers', signature: 'verified', intact: 'yes', current: 'yes' }
  return { state: 'verified', base: { ...known, digest: digestOf(base), ...more } }
}

/** What crane mutate annotates an image with so that it says that it stands on a base. */
export function claiming(name: string, digest: string): string[] {
  const key = 'org.opencontainers.image.base'
  return ['-a', `${key}.name=${name}`, '-a', `${key}.digest=${digest}`]
}

/** The local stack with a policy for bases, and real tools to build images on it. */
export async function basesStack(folder: string) {
  const policies = join(folder, 'policies')
  const data = join(folder, 'data')
  const [keys, strange] = [join(folder, 'team'), join(folder, 'stranger')]
  await mkdir(policies)
  await writeFile(join(policies, 'bases.yaml'), basePolicies(await cosignKeys(keys)))
  await cosignKeys(strange)
  const stack = await startStack({
    apiPort: 0,
    registryPort: 0,
    dataDir: data,
    policies,
    samples: false,
    log: () => {},
  })
  const { host } = new URL(stack.registryUrl)
  const client = join(data, 'sigstore', 'client')
  const [team, stranger] = [await cosignIn(keys, stack.sigstoreUrl, client), await cosignIn(strange, '', client)]
  const crane = (...parameters: string[]) => run('crane', parameters)
  const ask = async (path: string, image: string): Promise<unknown> =>
    (await fetch(`${stack.apiUrl}/v1/${path}?image=${encodeURIComponent(image)}`)).json()
  const status = async (image: string) => (await ask('status', image)) as StatusResponse

  /** Puts archives together with crane, with no base of its own. */
  const assemble = async (
    name: string,
    archives: readonly string[],
    { docker = false, platform = 'linux/amd64' }: How = {},
  ) => {
    const layers = archives.flatMap((archive) => ['-f', archive])
    const types = docker ? [] : ['--oci-empty-base']
    const bare = await crane('append', ...types, ...layers, '-t', `${host}/build/${name}`)
    const runs = ['--entrypoint', '/bin/sh', '-e', 'PATH=/usr/bin:/bin']
    return crane('mutate', bare, '--set-platform', platform, ...runs, '-t', `${host}/${name}`)
  }
  /** Waits until what is known of an image is this. */
  const becomes = async (image: string, known: object): Promise<StatusResponse> => {
    await vi.waitFor(async () => expect(await status(image)).toMatchObject(known), PATIENCE)
    return status(image)
  }
  const counted = async (image: string): Promise<string> => {
    await team.signByKey(image)
    await becomes(image, { standing: { vouchedFor: ['golden'] } })
    return image
  }

  return {
    ...stack,
    host,
    stranger,
    crane,
    status,
    becomes,
    assemble,
    archive: (files: Files) => layerTar(folder, files),
    /** Signs an image, and waits until it counts as a base. */
    counted,
    /** Pushes a base of such layers, signed; and waits until it counts, where the team signed it. Returns `HOST/NAME@DIGEST`. */
    base: async (name: string, layers: readonly Files[], { by, ...how }: How & { by?: Cosign } = {}) => {
      const archives = await Promise.all(layers.map((files) => layerTar(folder, files)))
      const image = await assemble(name, archives, how)
      if (by === undefined) return counted(image)
      await by.signByKey(image)
      return image
    },
    /** Pushes an image on top of another one, with one more layer; `more`: to crane. */
    on: async (base: string, name: string, files: Files, ...more: string[]) =>
      crane('append', '-b', base, '-f', await layerTar(folder, files), '-t', `${host}/${name}`, ...more),
    sign: (image: string) => team.signByKey(image),
    /** Attests what is said of an image, with the key of the team. */
    attest: async (image: string, type: string, predicate: object) => {
      const written = join(folder, `${type}.json`)
      await writeFile(written, JSON.stringify(predicate))
      await team.attestByKey(image, type, written)
    },
    derived: async (base: string) => (await ask('derived', base)) as Derived,
    alerts: async () => (await (await fetch(`${stack.apiUrl}/local/alerts`)).json()) as readonly Alert[],
    /** Waits until what is asked for comes to this. */
    waitFor: <T>(asked: () => Promise<T>, expected: (value: T) => void) =>
      vi.waitFor(async () => expected(await asked()), PATIENCE),
    advance: (seconds: number) =>
      fetch(`${stack.apiUrl}/local/clock`, { method: 'POST', body: JSON.stringify({ advanceSeconds: seconds }) }),
    /** Has an image judged now: what a newer base replaces is given a minute first, in which SBOMs may arrive. */
    judge: (image: string) =>
      fetch(`${stack.apiUrl}/v1/verifications`, { method: 'POST', body: JSON.stringify({ image, wait: true }) }),
    /** What the command line prints, whatever its exit code. */
    assay: async (...parameters: string[]): Promise<string> => {
      const env = { ...process.env, ASSAY_API: stack.apiUrl, ASSAY_DATA: data, NO_COLOR: '1' }
      const running = promisify(execFile)(process.execPath, [CLI, ...parameters], { env })
      return (await running.catch((error: { stdout: string }) => error)).stdout
    },
  }
}

export function digestOf(image: string): string {
  return image.slice(image.indexOf('@') + 1)
}
