import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeys } from '../signing/key.ts'
import { startStack } from '../stack.ts'
import { looker } from './look.ts'
import { demoPolicies } from './policies.ts'
import { tellStory } from './story.ts'
import { NotAsTold, timeline } from './timeline.ts'

// npm run demo: a stack of its own in a temporary folder, and the story told on it. Exits 0 only if every step came out as told.

const began = performance.now()
const folder = await mkdtemp(join(tmpdir(), 'assay-demo-'))
const keys = generateKeys()
const policies = join(folder, 'policies')
await mkdir(policies)
await writeFile(join(policies, 'demo.yaml'), demoPolicies(keys.publicKey))
console.log('Assay demo: from push to alert to release, on real images and signatures made here.')

const stack = await startStack({
  apiPort: 0,
  registryPort: 0,
  dataDir: join(folder, 'data'),
  policies,
  samples: false,
  log: () => {},
})
const { chapter, step, failed } = timeline(
  (line) => console.log(line),
  () => performance.now() - began,
)
try {
  const cast = { registry: stack.registryUrl, sigstoreUrl: stack.sigstoreUrl, privateKey: keys.privateKey }
  await tellStory({ chapter, step, failed }, looker(stack.apiUrl, stack.registryUrl), cast)
  console.log('\nEvery step came out as told.')
} catch (error) {
  if (!(error instanceof NotAsTold)) throw error
  console.error(`\nNot as told: ${failed.join(', ')}`)
  process.exitCode = 1
} finally {
  await stack.close()
  await rm(folder, { recursive: true, force: true })
}
