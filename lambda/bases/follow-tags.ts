import type { FollowedTag } from '../core/bases/base-evidence.ts'
import { after, followTag } from '../core/bases/follow-tag.ts'
import { materialChange } from '../core/bases/material.ts'
import type { BaseStanding, Material, PackageLists } from '../core/bases/standing.ts'
import type { Digest } from '../core/image.ts'
import { type ImageRecord, plusSeconds } from '../core/status.ts'
import { isQuarantineTagOf } from '../core/tags.ts'
import { type BaseSource, coveredBy, tellsCurrency } from './base-source.ts'
import { readPackages } from './packages-of.ts'

/** Tags of a base that are looked at. */
const MAX_TAGS = 20
/** Of what a tag has pointed at since, so many images are looked at together. */
const AT_ONCE = 5
/** Seconds in which what took the place of a base gets its SBOM, so that a rebuild without a change alarms nobody. */
const SETTLES = 60

type Source = Pick<BaseSource, 'policies' | 'store' | 'evidence' | 'now'>
type Left = Pick<BaseStanding, 'chains' | 'packages' | 'replaced'>

/** The tags that a base has or had, as far as BaseImages that cover it go by them; with what differs in what took its place. */
export async function followTags(
  source: Source,
  record: Pick<ImageRecord, 'host' | 'name' | 'digest' | 'seenTags'> & { readonly standing: Left },
): Promise<FollowedTag[]> {
  const { policies, store } = source
  const { host, name, digest, seenTags = [], standing } = record
  const known = standing.replaced
  const indexed = (await store.tagsOf(record)).map(({ tag }) => tag)
  const bases = coveredBy(policies, record)
  // What may have left it comes first: however many tags are put on it, they tell of no other
  const left = seenTags.filter((tag) => !indexed.includes(tag)).toReversed()
  const tags = [...new Set([...(known ? [known.tag] : []), ...left, ...indexed.toReversed()])].filter(
    (tag) => !isQuarantineTagOf(tag, digest) && tellsCurrency(bases, tag),
  )
  return Promise.all(tags.slice(0, MAX_TAGS).toSorted().map(follow))

  /** Some after the others: of most tags the first tells, and whoever pushes often enough must not hide what took a base's place. */
  async function follow(tag: string): Promise<FollowedTag> {
    const seen = await store.tag(host, name, tag)
    const later = after(digest, seen, known?.by)
    let settling: FollowedTag | undefined
    for (let from = 0; from < later.length; from += AT_ONCE) {
      const some = later.slice(from, from + AT_ONCE).map((one) => store.image({ host, name, digest: one }))
      for (const one of await Promise.all(some)) {
        if (one?.standing === undefined || one.standing.vouched.length === 0) continue
        const alike = endsAlike(standing, one.standing)
        const followed = await compared(
          source,
          standing,
          followTag(tag, digest, seen, { digest: one.digest, alike }),
          one,
        )
        // What came before it may have had its minute
        if (followed.settling === undefined)
          return { ...followed, ...(settling?.settling && { settling: settling.settling }) }
        settling = sooner(settling, followed)
      }
    }
    return settling ?? followTag(tag, digest, seen, undefined)
  }
}

/** Which of two has its minute first. */
function sooner(one: FollowedTag | undefined, other: FollowedTag): FollowedTag {
  return (one?.settling?.until ?? '~') <= (other.settling?.until ?? '') ? (one ?? other) : other
}

/** Whether one base ends, on every platform, where another does. */
function endsAlike({ chains }: Left, other: Pick<Left, 'chains'>): boolean {
  return chains.length > 0 && chains.every(({ chain }) => other.chains.some((its) => its.chain === chain))
}

/** With what differs in packages. Until there was time for that to be told, nothing has taken the place of a base whose own are known. */
async function compared(
  { evidence, now }: Source,
  base: Left,
  followed: FollowedTag,
  later: ImageRecord,
): Promise<FollowedTag> {
  const { tag, replaced } = followed
  if (replaced === undefined || replaced.alike || base.packages === undefined) return followed
  const known = base.replaced?.by === replaced.by ? base.replaced?.material : undefined
  const material = known ?? (await materialOf(evidence, base, later.standing?.packages))
  if (material !== undefined) return { ...followed, replaced: { ...replaced, material } }
  // When it was seen, and when it was good for the first time: what comes and goes has no second minute
  const last = [replaced.at, replaced.at && (later.verifiedAt ?? later.since)]
    .filter((at) => at !== undefined)
    .toSorted()
    .at(-1)
  const until = last && plusSeconds(last, SETTLES)
  if (until === undefined || until <= now().toISOString()) return followed
  return { tag, now: true, settling: { by: later.digest, until } }
}

async function materialOf(
  evidence: BaseSource['evidence'],
  { packages, chains }: Left,
  other: Digest | undefined,
): Promise<Material | undefined> {
  if (packages === undefined || other === undefined) return undefined
  const [from, to] = await Promise.all([readPackages(evidence, packages), readPackages(evidence, other)])
  return from && to && isWhole(from, chains) ? materialChange(from, to) : undefined
}

/** What is not attested of every platform may have changed on one of the others. */
function isWhole(lists: PackageLists, chains: Left['chains']): boolean {
  const told = lists.map(({ platform }) => platform)
  return told.includes(undefined) || chains.every(({ platform }) => told.includes(platform))
}
