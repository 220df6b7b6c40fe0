import { readFile } from 'node:fs/promises'
import { pushImage } from './signing/image.ts'
import type { Repository } from './signing/push.ts'
import { signImage } from './signing/sign-image.ts'
import { withKey } from './signing/signing.ts'

const KEY = new URL('../policies/sample-keys/sample.key', import.meta.url)

/** Images to look at on a first start: one signed by the sample key, one by nobody. Pushed once; what is there stays. */
export async function pushSamples(registry: string, log: (line: string) => void): Promise<void> {
  const signed = { registry, name: 'samples/signed' }
  if (!(await isThere(signed))) {
    const image = await pushImage({ ...signed, tag: 'v1', files: { 'hello.txt': 'signed by the sample key\n' } })
    await signImage(signed, image, withKey(await readFile(KEY, 'utf8')))
    log('pushed samples/signed:v1 and its signature')
  }
  const unsigned = { registry, name: 'samples/unsigned' }
  if (!(await isThere(unsigned))) {
    await pushImage({ ...unsigned, tag: 'v1', files: { 'hello.txt': 'signed by nobody\n' } })
    log('pushed samples/unsigned:v1, which nobody signed')
  }
}

/** A repository keeps a tag even when its image is quarantined. */
async function isThere({ registry, name }: Repository): Promise<boolean> {
  return (await fetch(`${registry}/v2/${name}/tags/list`)).ok
}
