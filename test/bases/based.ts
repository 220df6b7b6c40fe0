import type { Digest } from '../../lambda/core/image.ts'
import { loadPolicies } from '../../lambda/core/policy/load.ts'
import { sign } from '../memory/images.ts'
import { type Layer, type Layered, layer, layered } from '../memory/layered.ts'
import { story } from '../memory/story.ts'
import { HOST, KEYS, memory, signedPolicy } from '../memory/world.ts'

export const BASES = 'bases/node'
export const APP = 'prod/app'

/** The layers of a base, and one on top of it. */
export const OS = layer({ 'etc/os-release': 'NAME=base', 'usr/lib/libssl.so.3': 'good', 'bin/sh': 'sh' })
export const NODE = layer({ 'usr/bin/node': 'node' })
export const APP_FILES = layer({ 'app/index.js': 'run()' })

/** What vouches for images under bases/, by KEYS. */
export function baseImage(more = '', name = 'ours', glob = `${HOST}/bases/**`): string {
  return signedPolicy(name, more).replace('VerificationPolicy', 'BaseImage').replace(`${HOST}/prod/**`, glob)
}

/** A policy set where images under prod/ must be signed, and as `rule` asks stand on a base. */
export function basePolicies({
  rule,
  bases = [baseImage()],
  onFailure = 'quarantine',
}: {
  rule?: string
  bases?: readonly string[]
  onFailure?: string
} = {}) {
  const enforcement = `apiVersion: assay.dev/v1alpha1
kind: Enforcement
metadata: { name: all }
spec: { images: [{ glob: "${HOST}/**" }], gracePeriod: 10m, onFailure: ${onFailure} }
`
  const text = [signedPolicy('signed', rule === undefined ? '' : `  base: ${rule}\n`), ...bases, enforcement].join(
    '---\n',
  )
  const { set, problems } = loadPolicies([{ path: 'test.yaml', text }])
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  return set
}

/** A world in which bases and images on them are pushed, signed and judged. */
export async function based(options: Parameters<typeof basePolicies>[0] = {}, more: Parameters<typeof memory>[0] = {}) {
  const outside = await memory({ policies: basePolicies(options), ...more })
  const { registry } = outside
  const put = async (
    name: string,
    made: Layered,
    tag: string | undefined,
    signedBy: string | undefined,
  ): Promise<Digest> => {
    const its = story(outside, outside.world, name)
    const digest = its.push(layered(registry, name, made), tag)
    if (signedBy !== undefined) await sign(registry, name, digest, signedBy)
    return digest
  }
  const app = story(outside, outside.world, APP)
  return {
    outside,
    ...app,
    put,
    base: (
      layers: readonly Layer[],
      tag: string | undefined = 'latest',
      config: Layered['config'] = {},
      signedBy: string | undefined = KEYS.privateKey,
    ) => put(BASES, { layers, config }, tag, signedBy),
    image: (made: Layered, tag = 'v1', name = APP) => put(name, made, tag, KEYS.privateKey),
    facts: async (digest: Digest, name = APP) => (await outside.world.store.image({ host: HOST, name, digest }))?.base,
    standing: async (digest: Digest) =>
      (await outside.world.store.image({ host: HOST, name: BASES, digest }))?.standing,
    of: (name: string) => story(outside, outside.world, name),
  }
}
