import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { looker } from '../local/demo/look.ts'
import { demoPolicies } from '../local/demo/policies.ts'
import { tellStory } from '../local/demo/story.ts'
import { timeline } from '../local/demo/timeline.ts'
import { generateKeys } from '../local/signing/key.ts'
import { startStack } from '../local/stack.ts'
import { temporaryFolder } from './local/temporary-folder.ts'

test('the story from push to alert to release comes out as told, through HTTP on the real stack', async () => {
  const keys = generateKeys()
  const policies = temporaryFolder()
  writeFileSync(join(policies, 'demo.yaml'), demoPolicies(keys.publicKey))
  const stack = await startStack({
    apiPort: 0,
    registryPort: 0,
    dataDir: temporaryFolder(),
    policies,
    samples: false,
    log: () => {},
  })
  onTestFinished(() => stack.close())
  const lines: string[] = []
  const told = timeline(
    (line) => lines.push(line),
    () => performance.now(),
  )
  const cast = { registry: stack.registryUrl, sigstoreUrl: stack.sigstoreUrl, privateKey: keys.privateKey }
  await tellStory(told, looker(stack.apiUrl, stack.registryUrl), cast)
  expect(told.failed).toEqual([])
  expect(lines.filter((line) => line.includes('✓')).length).toBeGreaterThan(15)
}, 120_000)
