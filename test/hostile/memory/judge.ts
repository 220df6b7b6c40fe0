import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
// What the function on AWS holds in memory too
import '../../../lambda/wire.ts'
import { digestOf } from '../../../lambda/core/digest-of.ts'
import { isDigest } from '../../../lambda/core/image.ts'
import { loadPolicies } from '../../../lambda/core/policy/load.ts'
import { examine } from '../../../lambda/examine.ts'
import { ociRegistry } from '../../../lambda/registry/oci.ts'
import { publicGoodRoot } from '../../../lambda/trust/public-good.ts'
import { trustMaterials } from '../../../lambda/trust/roots.ts'
import { baseImage, knowing, onDisk } from './known-bases.ts'
import { REPOSITORY } from './repository.ts'

// Judges one image several times at once, as one batch may hold it, and prints what it took. In a process of its own: what
// memory was ever in use is counted by process.

/** What a process that judges prints. Bytes; milliseconds. */
export type Judgement = { readonly ends: readonly string[]; readonly peak: number; readonly took: number }

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    digest: { type: 'string', default: '' },
    times: { type: 'string', default: '1' },
    asks: { type: 'string', default: '' },
    bases: { type: 'string', default: '' },
  },
})
const { host, digest, key, asks, bases } = values
if (!isDigest(digest)) throw new Error(`--digest ${digest}`)

const { set, problems } = loadPolicies([
  {
    path: 'memory.yaml',
    text: `
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: signed }
spec:
  images: [{ glob: "${host}/**" }]
  platforms: each
  authorities:
    - key: { data: ${JSON.stringify(key)} }
      ${asks === '' ? '' : `attestations: [{ name: asked, ${asks} }]`}
    - keyless: { identities: [{ issuer: https://issuer.example.com, subject: nobody@example.com }] }
${bases === '' ? '' : baseImage(host, key)}`,
  },
])
const mistakes = problems.filter(({ severity }) => severity === 'error')
if (mistakes.length > 0) throw new Error(JSON.stringify(mistakes))
const registry = ociRegistry({ host, scheme: 'http' })
// Bytes leave the process, as they do on AWS
const evidence =
  bases === '' ? { put: async (bytes: Uint8Array) => digestOf(bytes), get: async () => undefined } : onDisk()
const examiner = {
  now: () => new Date(),
  registryOf: () => registry,
  evidence,
  policies: set,
  trust: trustMaterials({ default: publicGoodRoot() }),
  ...(bases !== '' && { bases: await knowing(registry, { host, set, evidence }, bases.split(',')) }),
}
const started = performance.now()
const ends = await Promise.all(
  Array.from({ length: Number(values.times) }, async () => {
    const examined = await examine(examiner, { host, name: REPOSITORY, digest })
    if (examined === undefined) return 'absent'
    return examined.judged.kind === 'error' ? examined.judged.reason : examined.judged.verdict.outcome
  }),
)
const judgement: Judgement = {
  ends,
  // Not that of getrusage, which begins with what the parent had in use
  peak: 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]),
  took: performance.now() - started,
}
console.log(JSON.stringify(judgement))
