import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readPolicyOptions } from '../../cli/policy-options.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'
import { newPki, rootOf } from '../trust/pki.ts'
import { startRepository } from '../trust/tuf-repository.ts'

/** A policy whose root a TUF mirror keeps. */
async function mirrored() {
  const repository = await startRepository()
  onTestFinished(() => repository.close())
  const { url, root } = repository.mirror
  const policy = join(temporaryFolder(), 'policy.yaml')
  writeFileSync(
    policy,
    `
apiVersion: assay.dev/v1alpha1
kind: TrustedRoot
metadata: { name: staging }
spec: { tuf: { mirror: "${url}", root: "${root}" } }
---
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: workflow }
spec:
  images: [{ glob: "**" }]
  authorities: [{ keyless: { trustRootRef: staging, identities: [{ issuer: i, subject: s }] } }]
`,
  )
  return { repository, policy }
}

test('a root that a mirror keeps is fetched for the verification', async () => {
  const { repository, policy } = await mirrored()
  const root = rootOf(newPki())
  repository.publish(JSON.stringify(root))
  const { roots } = await readPolicyOptions({ policy: [policy] })
  expect(roots.staging).toEqual(root)
})

test('a mirror that does not answer is an outage, and named', async () => {
  const { policy } = await mirrored()
  const reading = readPolicyOptions({ policy: [policy] })
  await expect(reading).rejects.toThrow(Unavailable)
  await expect(reading).rejects.toThrow(/staging/)
})
