import type { Digest } from '../../lambda/core/image.ts'
import type { FullTagger, Registry, StatusStore } from '../../lambda/ports.ts'
import { memoryRegistry, type Repository } from '../memory/registry.ts'
import { emptyTable, memoryStore, type Table } from '../memory/store.ts'
import { NAME } from '../memory/world.ts'
import { CONTENTS } from './cast.ts'
import type { Call } from './threads.ts'
import type { Values } from './values.ts'

/** What is in the registry: which of all manifests, and where the tags are. */
export type Shelf = { readonly manifests: readonly Digest[]; readonly tags: Readonly<Record<string, Digest>> }
/** The outside that outlives every worker, as numbers. */
export type Contents = { readonly table: number; readonly registry: number }
type Answered<C> = { readonly answer: number; readonly contents: C }

const WRITES = /^(put|swap)/
const PARTS = ['images', 'tags', 'history', 'copiedFrom', 'system'] as const

/** The in-memory ports over contents known by number. The same call on the same contents is made once and remembered. */
export function newOutside(values: Values, lists: boolean) {
  const tables = new Map<number, Table>()
  const answers = new Map<string, Answered<number>>()

  function numberOfTable(table: Table): number {
    const items = PARTS.flatMap((part) =>
      [...table[part]].map(([key, item]) => [part, key, values.number(item)] as const),
    )
    return values.number(items.toSorted(([, a], [, b]) => (a < b ? -1 : 1)))
  }

  function table(number: number): Table {
    const known = tables.get(number)
    if (known !== undefined) return known
    const made = emptyTable()
    for (const [part, key, item] of values.value(number) as [(typeof PARTS)[number], string, number][])
      made[part].set(key, values.value(item) as never)
    tables.set(number, made)
    return made
  }

  const shelf = (number: number) => values.value(number) as Shelf
  function numberOfShelf({ manifests, tags }: Shelf): number {
    const sorted = Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return values.number({ manifests: manifests.toSorted(), tags: Object.fromEntries(sorted) } satisfies Shelf)
  }

  function repository(number: number): Repository {
    const { manifests, tags } = shelf(number)
    const there = manifests.map((digest) => [digest, CONTENTS.manifests.get(digest)!] as const)
    return {
      manifests: new Map(there),
      tags: new Map(Object.entries(tags)),
      blobs: CONTENTS.blobs,
      archived: new Set(),
    }
  }

  async function askTable(number: number, { method, parameters }: Call): Promise<Answered<number>> {
    const before = table(number)
    const copy: Table = {
      images: new Map(before.images),
      tags: new Map(before.tags),
      history: new Map(before.history),
      copiedFrom: new Map(before.copiedFrom),
      system: new Map(before.system),
    }
    const answer = await callOf(memoryStore(copy), method, parameters)
    return { answer: values.number(answer), contents: WRITES.test(method) ? numberOfTable(copy) : number }
  }

  async function askRegistry(number: number, { port, method, parameters }: Call): Promise<Answered<number>> {
    if (!lists && method === 'tagsOf') return { answer: values.number(undefined), contents: number }
    const copy = repository(number)
    const { registry, tagger } = memoryRegistry(undefined, undefined, new Map([[NAME, copy]]))
    const answer = await callOf(port === 'tagger' ? tagger : registry, method, parameters)
    return {
      answer: values.number(answer),
      contents:
        port === 'tagger'
          ? numberOfShelf({ manifests: [...copy.manifests.keys()], tags: Object.fromEntries(copy.tags) })
          : number,
    }
  }

  async function remembered(where: keyof Contents, contents: number, call: Call): Promise<Answered<number>> {
    const key = `${where} ${contents} ${call.number}`
    const known = answers.get(key)
    if (known !== undefined) return known
    const answer = await (where === 'table' ? askTable : askRegistry)(contents, call)
    answers.set(key, answer)
    return answer
  }

  return {
    table,
    shelf,
    numberOfShelf,
    numberOfTable,
    async ask(before: Contents, call: Call): Promise<Answered<Contents>> {
      const where = call.port === 'store' ? 'table' : 'registry'
      const { answer, contents } = await remembered(where, before[where], call)
      return { answer, contents: { ...before, [where]: contents } }
    },
  }
}

export type Outside = ReturnType<typeof newOutside>

async function callOf(port: StatusStore | Registry | FullTagger, method: string, parameters: readonly unknown[]) {
  const call = Reflect.get(port, method) as (...parameters: readonly unknown[]) => Promise<unknown>
  return call(...parameters)
}
