import { readFile } from 'node:fs/promises'
import { pushImage } from './signing/image.ts'
import { pullManifest } from './signing/push.ts'
import { signImage } from './signing/sign-image.ts'
import { withKey } from './signing/signing.ts'

const KEY = new URL('../policies/sample-keys/sample.key', import.meta.url)

/** Images to look at on a first start: one signed by the sample key, one by nobody. Pushed once; what is there stays. */
export async function pushSamples(registry: string, log: (line: string) => void): Promise<void> {
  const signed = { registry, name: 'samples/signed' }
  const unsigned = { registry, name: 'samples/unsigned' }
  if ((await pullManifest(signed, 'v1')) === undefined) {
    const image = await pushImage({ ...signed, tag: 'v1', files: { 'hello.txt': 'signed by the sample key\n' } })
    await signImage(signed, image, withKey(await readFile(KEY, 'utf8')))
    log(`pushed samples/signed:v1 and its signature`)
  }
  const files = { 'hello.txt': 'signed by nobody\n' }
  const quarantined = await pullManifest(unsigned, 'first-seen')
  if (quarantined === undefined && (await pullManifest(unsigned, 'v1')) === undefined) {
    await pushImage({ ...unsigned, tag: 'v1', files })
    log('pushed samples/unsigned:v1, which nobody signed')
  }
}
