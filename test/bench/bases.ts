import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { BaseSource } from '../../lambda/bases/base-source.ts'
import { findChains, knownChains } from '../../lambda/bases/find-chains.ts'
import { upToDate } from '../../lambda/bases/up-to-date.ts'
import { walkDerived } from '../../lambda/bases/walk-derived.ts'
import { dynamoBaseCatalogue } from '../../lambda/store/base-catalogue.ts'
import { dynamoStore } from '../../lambda/store/dynamodb.ts'
import { settingsFor } from '../../local/aws/aws.ts'
import { startDynamoDb } from '../../local/aws/dynamodb.ts'
import { createTable } from '../../local/aws/table.ts'
import { baseImage, basePolicies } from '../bases/based.ts'
import { contentsOf, HOST, type Made, makeBases, makeImage } from './base-forest.ts'
import { itemsOfBase, itemsOfImage, load } from './base-table.ts'
import { formatTable, type Line, type Table } from './table.ts'

// npm run bench:bases: what it takes to find the base of an image, and to list who stands on one. The table is dynalite on this machine;
// how often it is asked is the same on AWS.

const [FEW, BASES, IMAGES, DERIVED] = [100, 10_000, 100_000, 5_000].map((n) =>
  Math.ceil(n * Number(process.argv[2] ?? 1)),
) as [number, number, number, number]
const MEASURED = 1_000
const MOST_LAYERS = 40
const PAGE = 100
const CALLS = ['BatchGetItem', 'GetItem', 'Query', 'contents'] as const
type Call = (typeof CALLS)[number]

const dir = await mkdtemp(join(tmpdir(), 'assay-bases-'))
const database = await startDynamoDb(dir)
const client = new DynamoDBClient(settingsFor(database.url))
const table = 'bench'
await createTable(client, table)

const policies = basePolicies({ bases: [baseImage('', 'ours', `${HOST}/bases/**`)] })
const bases = makeBases(BASES)
const byDigest = new Map(bases.map((base) => [base.id.digest, base]))
const calls = new Map<string, number>()
const count = (call: string) => calls.set(call, (calls.get(call) ?? 0) + 1)
client.middlewareStack.add(
  (next, context) => (args) => {
    count((context.commandName ?? '').replace(/Command$/, ''))
    return next(args)
  },
  { step: 'finalizeRequest' },
)
const store = dynamoStore(client, table)
const catalogue = dynamoBaseCatalogue(client, table)
const source: BaseSource = {
  policies,
  store,
  catalogue,
  evidence: {
    put: async (): Promise<never> => Promise.reject(new Error('nothing is written')),
    get: async (digest) => {
      count('contents')
      const base = byDigest.get(digest)
      return base && Buffer.from(JSON.stringify([contentsOf(base)]))
    },
  },
  files: () => () => Promise.reject(new Error('no layer is read')),
  isReachable: () => false,
  awaited: async () => [],
  now: () => new Date(),
  upToDate: upToDate({ now: () => new Date(), store, policies, registries: new Map() }, [], async () => undefined),
}

/** Finds the bases of so many images, each of which must be found where it is known to stand. */
async function find(name: string, on: readonly Made[]): Promise<Line> {
  const images = Array.from({ length: MEASURED }, (_, n) => makeImage(n, 1 + (n % MOST_LAYERS), on))
  for (const image of images.slice(0, 100)) await findOne(image)
  calls.clear()
  const times: number[] = []
  for (const image of images) {
    const before = performance.now()
    await findOne(image)
    times.push(performance.now() - before)
  }
  const beneath = images.reduce((sum, image) => sum + image.beneath.length, 0) / MEASURED
  return { name, figures: [beneath.toFixed(2), ...perImage(MEASURED), ...percentiles(times)] }
}

async function findOne(image: Made): Promise<void> {
  const contents = contentsOf(image)
  const known = await knownChains(source, [contents], [])
  const found = await findChains(source, known, contents, image.id.digest)
  const chains = found
    .filter(({ bases: at }) => at.some(({ contents: of }) => of !== undefined))
    .map(({ chain }) => chain)
  if (chains.join() !== image.beneath.join())
    throw new Error(`${image.id.name} stands on ${image.beneath.length} bases; found: ${chains.length}`)
}

function perImage(images: number): string[] {
  const each = (call: Call) => (calls.get(call) ?? 0) / images
  return [...CALLS.map((call) => each(call).toFixed(2)), CALLS.reduce((sum, call) => sum + each(call), 0).toFixed(2)]
}

function percentiles(times: readonly number[]): string[] {
  const sorted = times.toSorted((a, b) => a - b)
  return [0.5, 0.95].map((share) => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1))
}

/** Lists all that stand on a base, page by page. */
async function list(name: string, base: Made): Promise<Line> {
  const record = await store.image(base.id)
  if (record === undefined) throw new Error('the base is not there')
  calls.clear()
  const before = performance.now()
  let [pages, found] = [0, 0]
  let cursor: string | undefined
  do {
    const page = await walkDerived({ store, catalogue }, record, PAGE, cursor)
    pages++
    found += page.items.length
    cursor = page.cursor
  } while (cursor !== undefined)
  const ms = performance.now() - before
  const reads = [...calls.values()].reduce((sum, n) => sum + n, 0)
  return {
    name,
    figures: [found, pages, calls.get('Query') ?? 0, reads, ms.toFixed(0), (ms / pages).toFixed(1)].map(String),
  }
}

async function fill(what: string, items: Parameters<typeof load>[2]): Promise<void> {
  const before = performance.now()
  await load(client, table, items)
  console.log(`${what}: ${items.length} items written in ${((performance.now() - before) / 1000).toFixed(0)} s`)
}

const few = bases.slice(0, FEW)
await fill(
  `${FEW} bases`,
  few.flatMap((base) => itemsOfBase(base, policies)),
)
const lines = [await find(`on ${FEW} bases, which are all there are`, few)]
await fill(
  `${BASES - FEW} bases more`,
  bases.slice(FEW).flatMap((base) => itemsOfBase(base, policies)),
)
for (let from = 0; from < IMAGES; from += 20_000) {
  const some = Array.from({ length: Math.min(20_000, IMAGES - from) }, (_, n) =>
    makeImage(from + n + MEASURED, 1 + ((from + n) % MOST_LAYERS), bases),
  )
  await fill(`images from ${from}`, some.flatMap(itemsOfImage))
}
lines.push(await find(`the same, among ${BASES} bases and ${IMAGES} images`, few))
lines.push(await find(`on any of ${BASES} bases`, bases))
print({
  title: `To find the base of an image of 1 to ${MOST_LAYERS} layers, over ${MEASURED} images: reads an image, and milliseconds`,
  columns: ['bases beneath', ...CALLS, 'reads', 'median ms', 'p95'],
  lines: () => lines,
})

const [crowded, quiet] = [bases.at(-1)!, bases.at(-2)!]
const others = Array.from({ length: DERIVED }, (_, n) => ({
  ...makeImage(n + 10 * IMAGES, 1, []),
  beneath: [crowded.chain],
}))
await fill(`${DERIVED} images on one base`, others.flatMap(itemsOfImage))
const listed = [await list('the crowded one', crowded), await list('another', quiet)]
print({
  title: `To list who stands on a base, by pages of ${PAGE}`,
  columns: ['images', 'pages', 'Query', 'reads', 'ms', 'ms a page'],
  lines: () => listed,
})
client.destroy()
await database.close()
await rm(dir, { recursive: true })

function print(figures: Table): void {
  console.log(`\n${formatTable(figures, figures.lines())}\n`)
}
