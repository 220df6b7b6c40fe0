import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ECRClient } from '@aws-sdk/client-ecr'
import { act } from '../../lambda/act.ts'
import { getUndo, postUndo } from '../../lambda/api/undo.ts'
import type { Digest } from '../../lambda/core/image.ts'
import { judge } from '../../lambda/pipeline.ts'
import { ecrTagger } from '../../lambda/quarantine/ecr.ts'
import { paced } from '../../lambda/quarantine/paced.ts'
import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import { ACTING } from '../../lambda/resources.ts'
import { startRegistry } from '../../local/registry/server.ts'
import { pushImage } from '../../local/signing/image.ts'
import { ALICE, people } from '../memory/people.ts'
import { HOST, type Memory, memory, policies } from '../memory/world.ts'

// npm run bench:undo: how long it takes to undo quarantines where ECR takes ten PutImage a second, by the act function's two workers.

const COUNT = Number(process.argv[2] ?? 1000)
const NAME = 'prod/app'
const ECR_PUTS_A_SECOND = 10
const PAGE = 50

const dir = await mkdtemp(join(tmpdir(), 'assay-undo-'))
const registry = { dir, port: 0, now: () => new Date(), onEvent: async () => {} }
const outside = await memory({ policies: policies('onFailure: quarantine, breaker: { images: 1000, percent: 100 }') })

/** Lets so many workers do all the work there is, each with a pace of its own, as two instances of a function have. */
async function work(url: string, workers: number, puts: number): Promise<void> {
  const ids = (await outside.world.store.taken('2000', COUNT * 2)).items
  const left = outside.queue.messages.flatMap((message) => (message.to === 'act' ? [message.image] : []))
  const todo = left.length > 0 ? left : [...ids]
  outside.queue.messages.length = 0
  await Promise.all(
    Array.from({ length: workers }, async (_, n) => {
      const world = worldAt(url, puts)
      for (let id = todo.pop(); id !== undefined; id = todo.pop()) await act(world, id, `worker ${n}`)
    }),
  )
}

function worldAt(url: string, puts: number): Memory['world'] {
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
  const ecr = {
    client: new ECRClient({ endpoint: url, region: 'us-east-1', credentials }),
    registryId: '000000000000',
  }
  const tagger = paced(ecrTagger(ecr), puts, () => new Date(), pause)
  const registries = new Map([[HOST, ecrRegistry(ecr)]])
  return { ...outside.world, registries, taggers: new Map([[HOST, tagger]]) }
}

const before = await startRegistry(registry)
const world = worldAt(before.url, 1000)
const digests: Digest[] = []
for (let n = 0; n < COUNT; n++) {
  const { digest } = await pushImage({ registry: before.url, name: NAME, tag: `v${n}`, files: { n: String(n) } })
  digests.push(digest)
  await judge(world, { host: HOST, name: NAME, digest })
}
outside.advance(600)
for (const digest of digests) await judge(world, { host: HOST, name: NAME, digest })
await work(before.url, 8, 1000)
await before.close()
const held = (await outside.world.store.taken('2000', COUNT * 2)).items.length
console.log(`${held} of ${COUNT} images quarantined; now with ${ECR_PUTS_A_SECOND} PutImage a second`)

const after = await startRegistry({ ...registry, putImagePerSecond: ECR_PUTS_A_SECOND })
const began = performance.now()
const person = { ...people(outside).world, ...worldAt(after.url, 1000) }
let cursor: string | undefined
const plan: string[] = []
do {
  const query = { policy: 'signed', limit: String(PAGE), ...(cursor && { cursor }) }
  const page = (await getUndo(person, query)).body as {
    readonly images: readonly { readonly image: string }[]
    readonly cursor?: string
  }
  plan.push(...page.images.map(({ image }) => image))
  cursor = page.cursor
} while (cursor !== undefined)
const planned = performance.now()
for (let i = 0; i < plan.length; i += PAGE) {
  await postUndo(person, ALICE, { images: plan.slice(i, i + PAGE), reason: 'a policy was wrong' })
}
const asked = performance.now()
await work(after.url, ACTING.concurrency, ACTING.putsPerSecond)
const done = performance.now()
const look = ecrRegistryAt(after.url)
const back = (
  await Promise.all(digests.map(async (digest, n) => (await look.resolve(NAME, `v${n}`)) === digest))
).filter(Boolean)
const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1)
console.log(
  `plan shown: ${seconds(began, planned)} s; asked for: ${seconds(planned, asked)} s; put back: ${seconds(asked, done)} s`,
)
console.log(`${back.length} of ${COUNT} tags are back; ${(COUNT / ((done - asked) / 1000)).toFixed(1)} a second`)
await after.close()
await rm(dir, { recursive: true })
process.exitCode = back.length === COUNT ? 0 : 1

function ecrRegistryAt(url: string) {
  return worldAt(url, 1).registries.get(HOST)!
}
