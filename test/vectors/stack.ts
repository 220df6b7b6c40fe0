import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startStack } from '../../local/stack.ts'
import { pushLayout } from './layout.ts'
import { clusterImagePolicyFor, expectedExit, keyTextOf, readVectors, type Vector } from './vector.ts'

// npm run test:vectors:stack -- DIR: pushes each image layout below DIR to a running stack whose policies are
// ClusterImagePolicies, lets the grace pass, and compares state, gate and quarantine to what the vector expects.

const GRACE = 60
const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: npm run test:vectors:stack -- DIR')
const data = resolve(folder)
const vectors = (await readVectors(data)).filter((one) => expectedExit(one) !== undefined)
const scratch = await mkdtemp(join(tmpdir(), 'assay-vectors-'))
const policies = join(scratch, 'policies')
await mkdir(policies)
await writeFile(join(policies, 'vectors.yaml'), (await documents()).map((one) => JSON.stringify(one)).join('\n---\n'))
const dataDir = join(scratch, 'data')
const log = (line: string) => console.log(line)
const stack = await startStack({ apiPort: 0, registryPort: 0, dataDir, policies, samples: false, log })
const host = new URL(stack.registryUrl).host

try {
  for (const { name } of vectors) await pushLayout(join(data, name, 'layout'), { registry: stack.registryUrl, name })
  await stack.idle()
  // Children of an index are judged only when asked for
  for (const one of vectors) await post('/v1/verifications', { image: imageOf(one), wait: true })
  await post('/local/clock', { advanceSeconds: GRACE })
  await stack.idle()
  const agreed = await Promise.all(vectors.map(check))
  const passed = agreed.filter(Boolean).length
  console.log(`${passed} passed, ${agreed.length - passed} failed`)
  process.exitCode = passed === agreed.length && passed > 0 ? 0 : 1
} finally {
  await stack.close()
  await rm(scratch, { recursive: true, force: true })
}

async function documents(): Promise<object[]> {
  const own = (kind: string, spec: object) => ({
    apiVersion: 'assay.dev/v1alpha1',
    kind,
    metadata: { name: 'vectors' },
    spec,
  })
  const images = [{ glob: '127.0.0.1:*/**' }]
  return [
    own('TrustedRoot', { file: join(data, '_trust', 'trusted_root.json') }),
    own('Enforcement', {
      images,
      onFailure: 'quarantine',
      gracePeriod: `${GRACE}s`,
      breaker: { images: 1000, percent: 100 },
    }),
    ...(await Promise.all(
      vectors.map(async (one) => clusterImagePolicyFor(one, await keyTextOf(one, data), 'vectors')),
    )),
  ]
}

/** Accepted: verified, and the gate says yes. Otherwise: failed, the gate says no, and its tag is gone where it has one. */
async function check(one: Vector): Promise<boolean> {
  const image = encodeURIComponent(imageOf(one))
  const status = (await (await fetch(`${stack.apiUrl}/v1/status?image=${image}`)).json()) as { state: string }
  const gate = await fetch(`${stack.apiUrl}/v1/gate?image=${image}`)
  const tagged = await fetch(`${stack.registryUrl}/v2/${one.name}/manifests/v1`, { method: 'HEAD' })
  const accepted = expectedExit(one) === 0
  // A child may be rejected while the index under the tag is good
  const isTagged = !one.name.includes('child')
  const agrees = accepted
    ? status.state === 'verified' && gate.status === 200 && tagged.ok
    : status.state !== 'verified' && gate.status === 403 && !(isTagged && tagged.ok)
  console.log(`${agrees ? 'ok   ' : 'WRONG'} ${one.name}: ${status.state}, gate ${gate.status}, tag ${tagged.status}`)
  return agrees
}

function imageOf({ name, digest }: Vector): string {
  return `${host}/${name}@${digest}`
}

async function post(path: string, body: object): Promise<void> {
  await fetch(`${stack.apiUrl}${path}`, { method: 'POST', body: JSON.stringify(body) })
}
