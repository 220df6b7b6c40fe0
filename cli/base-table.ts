import { coveredBy, tellsCurrency } from '../lambda/bases/base-source.ts'
import type { ChainRecord } from '../lambda/core/bases/standing.ts'
import { type Digest, formatImage, type ImageId } from '../lambda/core/image.ts'
import { type Judged, plan } from '../lambda/core/plan.ts'
import { enforcementFor } from '../lambda/core/policy/match.ts'
import type { PolicySet, Watched } from '../lambda/core/policy/policy.ts'
import type { ImageRecord, TagRecord } from '../lambda/core/status.ts'
import type { Clock, StatusStore } from '../lambda/ports.ts'

export type BaseTable = ReturnType<typeof baseTable>

/** What an installation would have of bases in its table, in memory while one image is judged. */
export function baseTable(now: Clock, policies: PolicySet) {
  const at = now().toISOString()
  const images = new Map<string, { readonly judged: Judged; readonly record: ImageRecord }>()
  const tags = new Map<string, TagRecord>()
  const chains = new Map<Digest, readonly ImageId[]>()
  const items = new Map<string, Readonly<Record<string, unknown>>>()

  const store = {
    image: async (id) => images.get(formatImage(id))?.record,
    tag: async (host, name, tag) => tags.get(formatImage({ host, name, tag })),
    tagsOf: async (id) => tagsOn(id),
    system: async (key) => items.get(key),
    putSystem: async (key, value) => void items.set(key, value),
  } satisfies Partial<StatusStore>

  function tagsOn({ host, name, digest }: ImageId): TagRecord[] {
    return [...tags.values()].filter((one) => one.host === host && one.name === name && one.digest === digest)
  }

  /** An item as of an image that was never seen before. */
  function itemOf(id: ImageId, judged: Judged): ImageRecord {
    return plan(undefined, id, judged, { now: at, tags: [], enforcement: enforcementFor(policies, id) })
  }

  return {
    store,
    catalogue: {
      at: async (wanted: readonly Digest[]): Promise<readonly ChainRecord[]> =>
        wanted.flatMap((chain) => {
          const bases = chains.get(chain)
          return bases === undefined ? [] : [{ chain, version: 1, bases }]
        }),
    },
    itemOf,
    judgedOf: (id: ImageId) => images.get(formatImage(id))?.judged,
    /** Keeps what a base was judged to be, and enters it where its layers end if it is vouched for. */
    put(id: ImageId, judged: Judged): void {
      const record = itemOf(id, judged)
      images.set(formatImage(id), { judged, record })
      const { standing } = record
      for (const { chain } of standing?.vouched.length ? standing.chains : []) {
        const others = (chains.get(chain) ?? []).filter((one) => formatImage(one) !== formatImage(id))
        chains.set(chain, [...others, id])
      }
    },
    /** Writes down what a tag points at by the word of its registry. */
    putTag({ host, name, tag }: Watched, digest: Digest | undefined): void {
      tags.set(formatImage({ host, name, tag }), { host, name, tag, rev: 1, observedAt: at, ...(digest && { digest }) })
    },
    /**
     * Of the tags that a base is claimed by, those that something else has that is vouched for, unless any tag is known to point at the base.
     * That it was replaced is believed where the image says so itself; that it is current, never.
     */
    leftTags(id: ImageId, claimed: ReadonlySet<string>): readonly string[] {
      const { host, name } = id
      const bases = coveredBy(policies, id)
      if (tagsOn(id).some(({ tag }) => tellsCurrency(bases, tag))) return []
      return [...claimed].filter((tag) => {
        const digest = tags.get(formatImage({ host, name, tag }))?.digest
        const standing = digest && images.get(formatImage({ host, name, digest }))?.record.standing
        return standing !== undefined && standing.vouched.length > 0
      })
    },
  }
}
