import { type Digest, isRepositoryName, isTag } from '../core/image.ts'
import { jsonObject } from '../core/json-object.ts'
import { pageOf } from '../core/page.ts'
import { OverLimit, Unavailable } from '../errors.ts'
import { mapLimited } from '../map-limited.ts'
import type { Registry, Tagged } from '../ports.ts'
import type { Answer } from './exchange.ts'
import type { Limits } from './limits.ts'
import { nextPage } from './next-page.ts'

type Listing = {
  readonly service: string
  readonly limits: Limits
  /** One page of the tags of a repository, or of all repositories, and where it was read; undefined where there is none. */
  readonly page: (name: string | undefined, query: string) => Promise<{ url: URL; answer: Answer } | undefined>
  readonly resolve: (name: string, tag: string) => Promise<Digest | undefined>
}

/** Tags resolved at a time. */
const AT_ONCE = 10

/** What a registry lists of itself. Its list of tags has no digests, so each is asked for. */
export function ociLists({ service, limits, page, resolve }: Listing): Pick<Registry, 'repositories' | 'tagged'> {
  // A cursor is the query of the next page only: it leads to no other list
  async function entries(field: 'repositories' | 'tags', name?: string, cursor = `?n=${limits.names}`) {
    const read = await page(name, cursor)
    if (read === undefined) return undefined
    const { url, answer } = read
    // Some registries write null for nothing
    const listed = jsonObject(answer.bytes)?.[field] ?? []
    if (!Array.isArray(listed)) throw new Unavailable(service, `${url.pathname} is not a list of ${field}`)
    return pageOf<unknown>(listed, nextPage(service, url, answer.headers.get('link'))?.search)
  }

  async function tagged(name: string, tag: string): Promise<Tagged[]> {
    try {
      const digest = await resolve(name, tag)
      return digest === undefined ? [] : [{ tag, digest }]
    } catch (error) {
      // More than is read, so without a digest that we could tell; it must not hide the others
      if (error instanceof OverLimit) return []
      throw error
    }
  }

  return {
    async repositories(cursor) {
      const listed = await entries('repositories', undefined, cursor)
      return listed && pageOf(listed.items.filter(isRepositoryName), listed.cursor)
    },

    async tagged(name, cursor) {
      const listed = await entries('tags', name, cursor)
      if (listed === undefined) return undefined
      const found = await mapLimited(listed.items.filter(isTag), AT_ONCE, (tag) => tagged(name, tag))
      return pageOf(found.flat(), listed.cursor)
    },
  }
}
