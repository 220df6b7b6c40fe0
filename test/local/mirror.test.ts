import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WORKFLOW } from '../../local/demo/policies.ts'
import { pushImage } from '../../local/signing/image.ts'
import { keyless } from '../../local/signing/keyless.ts'
import { signImage } from '../../local/signing/sign-image.ts'
import { startSigstore } from '../../local/sigstore/server.ts'
import { startStack } from '../../local/stack.ts'
import { startRepository } from '../trust/tuf-repository.ts'
import { temporaryFolder } from './temporary-folder.ts'

const KEY = 'arn:aws:kms:eu-west-1:111122223333:alias/signing'
const rootFrom = ({ url, root }: { readonly url: string; readonly root: string }) => `
apiVersion: assay.dev/v1alpha1
kind: TrustedRoot
metadata: { name: staging }
spec: { tuf: { mirror: "${url}", root: "${root}" } }
---
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: workflow }
spec:
  images: [{ glob: "127.0.0.1:*/prod/**" }]
  authorities:
    - keyless:
        trustRootRef: staging
        identities:
          - issuer: https://token.actions.githubusercontent.com
            subject: https://github.com/acme/web/.github/workflows/release.yml@refs/heads/main
---
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: kms }
spec:
  images: [{ glob: "127.0.0.1:*/kms/**" }]
  authorities: [{ key: { kms: "awskms:///${KEY}" } }]
`

test('a keyless image is judged by the root of a mirror, after a restart without it too', async () => {
  const folder = temporaryFolder()
  const sigstore = await startSigstore({ dir: join(folder, 'sigstore'), port: 0, now: () => new Date() })
  onTestFinished(() => sigstore.close())
  const repository = await startRepository()
  onTestFinished(() => repository.close())
  repository.publish(JSON.stringify(sigstore.trustedRoot))
  const policies = join(folder, 'policies')
  mkdirSync(policies)
  writeFileSync(join(policies, 'prod.yaml'), rootFrom(repository.mirror))
  const dataDir = join(folder, 'data')

  for (const name of ['prod/online', 'prod/offline']) {
    const stack = await startStack({ apiPort: 0, registryPort: 0, dataDir, policies, samples: false, log: () => {} })
    onTestFinished(() => stack.close())
    await stack.idle()
    const at = { registry: stack.registryUrl, name }
    const image = await pushImage({ ...at, tag: 'v1', files: { name } })
    await signImage(at, image, keyless(WORKFLOW, { url: sigstore.url, witnessed: 'rekor1' }))
    await stack.idle()
    const host = new URL(stack.registryUrl).host
    const answer = await fetch(`${stack.apiUrl}/v1/status?image=${host}/${name}:v1`)
    expect(await answer.json()).toMatchObject({
      state: 'verified',
      signers: [{ subject: expect.stringContaining('acme/web') }],
    })
    await stack.close()
    await repository.close()
  }
  const log = () => readFileSync(join(dataDir, 'logs', 'trust.log'), 'utf8')
  await expect.poll(log).toMatch(/mirror \\"staging\\".*fetch failed/)
  expect(log()).toContain(`${KEY} cannot be fetched: there is no AWS KMS here`)
})
