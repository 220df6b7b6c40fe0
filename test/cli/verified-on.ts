import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyCommand } from '../../cli/commands/verify.ts'
import type { StatusResponse } from '../../lambda/core/response.ts'
import type { Fault } from '../../local/registry/context.ts'
import { type ImageOptions, type PushedImage, pushImage } from '../../local/signing/image.ts'
import { generateKeys } from '../../local/signing/key.ts'
import { signImage } from '../../local/signing/sign-image.ts'
import { withKey } from '../../local/signing/signing.ts'
import { documentOf } from '../core/policy/documents.ts'
import { testRegistry } from '../local/registry/support.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'
import { printedBy } from './printed.ts'

export const KEYS = generateKeys()
export const STRANGER = generateKeys()
export const APP = { app: 'run()' }
export const NODE = 'bases/node'
export const BASE_FILES = { 'usr/lib/libssl.so.3': 'good', 'usr/bin/node': 'node' }

export type Place = Awaited<ReturnType<typeof registry>>

/** A registry on loopback that writes down what it is asked, and can be made to answer otherwise. */
export async function registry() {
  const asked: string[] = []
  let fault: Fault | undefined
  const running = await testRegistry({
    faults: ({ method, path }) => {
      asked.push(`${method} ${path}`)
      return fault
    },
  })
  return {
    asked,
    host: running.host,
    url: running.url,
    close: running.close,
    answerAll: (instead: Fault) => {
      fault = instead
    },
  }
}

type Pushing = Partial<ImageOptions> & { readonly tag?: string; readonly signedBy?: string | null }

/** Pushes an image to a repository, signed by KEYS unless told otherwise. */
export async function push({ url }: Place, name: string, options: Pushing = {}): Promise<PushedImage> {
  const { signedBy = KEYS.privateKey, ...rest } = options
  const to = { registry: url, name }
  const image = await pushImage({ files: BASE_FILES, ...rest, ...to })
  if (signedBy !== null) await signImage(to, image, withKey(signedBy))
  return image
}

/** What an image on a base says of it, as buildx writes it down. */
export function claiming(base: string, digest?: string) {
  return {
    'org.opencontainers.image.base.name': base,
    ...(digest !== undefined && { 'org.opencontainers.image.base.digest': digest }),
  }
}

/** A signed base, and an image on it that says so; where there is only one registry, both are there. */
export async function onBase(home: Place, elsewhere: Place = home, base: Parameters<typeof push>[2] = {}) {
  const pushed = await push(elsewhere, NODE, { tag: '22', ...base })
  const name = `${elsewhere.host}/${NODE}:22`
  const image = await push(home, 'acme/app', {
    tag: 'v1',
    base: pushed,
    files: APP,
    annotations: claiming(name, pushed.digest),
  })
  return { base: pushed, name, image }
}

const authorities = `authorities: [{ name: key, key: { data: ${JSON.stringify(KEYS.publicKey)} } }]`

/** What asks images under acme/ of a registry to be signed by KEYS; `more` of its spec. */
export function policy({ host }: Place, more = ''): string {
  return documentOf('VerificationPolicy', `images: [{ glob: "${host}/acme/**" }]\n${authorities}\n${more}`, 'apps')
}

/** What vouches for images under bases/ of a registry by KEYS. */
export function golden({ host }: Place, more = '', name = 'golden'): string {
  return documentOf('BaseImage', `images: [{ glob: "${host}/bases/**" }]\n${authorities}\n${more}`, name)
}

/** A file of policies. */
export function fileOf(...documents: readonly string[]): string {
  const file = join(temporaryFolder(), 'policy.yaml')
  writeFileSync(file, documents.join('---\n'))
  return file
}

type Told = Pick<StatusResponse, 'state' | 'checks' | 'base'> & { readonly code: number }

/** What `assay verify` says of acme/app:v1, and how it exits. */
export async function verify({ host }: Place, ...documents: readonly string[]): Promise<Told> {
  const args = [`${host}/acme/app:v1`, '--policy', fileOf(...documents), '--output', 'json']
  const [json = ''] = await printedBy(verifyCommand(), ...args)
  return { ...(JSON.parse(json) as Told), code: Number(process.exitCode) }
}

/** Reasons and outcomes of the checks of one name. */
export function reasonsOf({ checks }: Told, name: string): string[] {
  return checks.filter((one) => one.name === name).map(({ reason }) => reason)
}
