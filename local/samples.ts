import { readFile } from 'node:fs/promises'
import { pushImage } from './signing/image.ts'
import type { Content, Repository } from './signing/push.ts'
import { signImage } from './signing/sign-image.ts'
import { withKey } from './signing/signing.ts'

const KEY = new URL('../policies/sample-keys/sample.key', import.meta.url)

/** Images to look at on a first start: a base, one that stands on it, and one that nobody signed. Pushed once; what is there stays. */
export async function pushSamples(registry: string, log: (line: string) => void): Promise<void> {
  const base = { registry, name: 'samples/base' }
  const signed = { registry, name: 'samples/signed' }
  if (!(await isThere(signed))) {
    const key = withKey(await readFile(KEY, 'utf8'))
    const below = await pushImage({ ...base, tag: 'v1', files: { 'etc/os-release': 'NAME="Assay sample"\n' } })
    await signImage(base, below, key)
    log('pushed samples/base:v1 and its signature')
    const files = { 'hello.txt': 'signed by the sample key\n' }
    const image = await pushImage({ ...signed, tag: 'v1', files, base: below, annotations: namedBase(base, below) })
    await signImage(signed, image, key)
    log('pushed samples/signed:v1, which stands on it, and its signature')
  }
  const unsigned = { registry, name: 'samples/unsigned' }
  if (!(await isThere(unsigned))) {
    await pushImage({ ...unsigned, tag: 'v1', files: { 'hello.txt': 'signed by nobody\n' } })
    log('pushed samples/unsigned:v1, which nobody signed')
  }
}

/** As crane, BuildKit's frontends and others name the base of an image: https://github.com/opencontainers/image-spec/blob/main/annotations.md */
function namedBase({ registry, name }: Repository, { digest }: Content) {
  return {
    'org.opencontainers.image.base.name': `${new URL(registry).host}/${name}:v1`,
    'org.opencontainers.image.base.digest': digest,
  }
}

/** A repository keeps a tag even when its image is quarantined. */
async function isThere({ registry, name }: Repository): Promise<boolean> {
  return (await fetch(`${registry}/v2/${name}/tags/list`)).ok
}
