import { type BaseClaim, baseClaims, type ClaimSources } from '../core/base-claims.ts'
import type { FollowedClaim } from '../core/bases/base-evidence.ts'
import { chainIds } from '../core/bases/chain-ids.ts'
import { type Digest, formatImage, type ImageId } from '../core/image.ts'
import type { ImageRecord } from '../core/status.ts'
import { Misconfigured, OverLimit, Unavailable } from '../errors.ts'
import type { Registry } from '../ports.ts'
import { type BaseSource, coveredBy } from './base-source.ts'
import type { Held } from './prove-chains.ts'

/** Of what an image claims so much is followed: anybody can claim anything. */
const MAX_FOLLOWED = 5

/** A base that somebody claims to stand on: judged by its digest, and its tag looked at. */
export type Asked = { readonly image: ImageId; readonly tag?: string }

/** What came of the claims. `holds`: items of claimed bases whose layers the image begins with; `asked`: claimed ones that nobody has judged yet, or whose tags nobody has looked at. */
export type FollowedClaims = {
  readonly claims: readonly FollowedClaim[]
  readonly holds: readonly ImageRecord[]
  readonly asked: readonly Asked[]
}

type Claimant = Held & ClaimSources
type Followed = { readonly claim: FollowedClaim; readonly record?: ImageRecord; readonly asked?: Asked }

/** Follows what one platform of an image claims its base to be: never further than to what a BaseImage covers. */
export async function followClaims(
  source: BaseSource,
  registryOf: (host: string) => Registry,
  { contents, ...said }: Claimant,
): Promise<FollowedClaims> {
  const chains = new Set(chainIds(contents.layers.map(({ diffId }) => diffId)))
  const claims = baseClaims(said).slice(0, MAX_FOLLOWED)
  const followed = await Promise.all(claims.map((claim) => follow(source, registryOf, claim, chains)))
  return {
    claims: followed.map(({ claim }) => claim),
    holds: followed.flatMap(({ claim, record }) => (claim.outcome === 'holds' && record ? [record] : [])),
    asked: followed.flatMap(({ asked }) => asked ?? []),
  }
}

async function follow(
  source: BaseSource,
  registryOf: (host: string) => Registry,
  claim: BaseClaim,
  chains: ReadonlySet<Digest>,
): Promise<Followed> {
  const { name, digest } = claim
  const image = name === undefined ? (digest ?? 'nothing') : formatImage({ ...name, ...(digest && { digest }) })
  const told = (outcome: FollowedClaim['outcome'], detail: string) => ({ from: claim.field, image, outcome, detail })
  if (claim.fault !== undefined) return { claim: told('unknown', claim.fault) }
  if (name === undefined) return { claim: told('unknown', 'no repository is named beside the digest') }
  const { host, tag } = name
  if (coveredBy(source.policies, name).length === 0) return { claim: told('unknown', 'no BaseImage covers it') }
  if (!source.isReachable(host)) return { claim: told('unknown', `registry ${host} is not read`) }
  const seen = tag === undefined ? undefined : await source.store.tag(host, name.name, tag)
  const meant = digest ?? seen?.digest ?? (await digestNow(registryOf(host), name))
  if (meant === 'silent') return { claim: told('asked', 'its registry does not answer') }
  if (meant === undefined) return { claim: told('unknown', 'there is no such tag') }
  const id = { host, name: name.name, digest: meant }
  const record = await source.upToDate(id, tag)
  // A tag that nobody has looked at tells later whether the base is current
  const asked = { image: id, ...(tag !== undefined && seen === undefined && { tag }) }
  if (record === undefined) return { claim: told('asked', 'nobody has judged it yet; it is being looked at'), asked }
  const look = 'tag' in asked && { asked }
  if (record.standing === undefined) {
    if (record.goneAt !== undefined) return { claim: told('unknown', 'it is no longer in its registry') }
    return { claim: told('asked', `it could not be judged: ${record.lastError?.message ?? record.state}`), ...look }
  }
  const holds = record.standing.chains.some(({ chain }) => chains.has(chain))
  if (holds) return { claim: told('holds', 'its layers are the first of this image'), record, ...look }
  if (claim.from === 'provenance') return { claim: told('unrelated', 'the build used it for something else') }
  return { claim: told('false', 'its layers are not the first of this image') }
}

/** What a claimed tag points at by the word of its registry; `silent`: it does not answer us, which keeps no image from being judged. */
async function digestNow(
  registry: Registry,
  { name, tag = 'latest' }: NonNullable<BaseClaim['name']>,
): Promise<Digest | 'silent' | undefined> {
  try {
    return await registry.peek(name, tag)
  } catch (error) {
    // Anybody can claim what lies where we may not look
    if (error instanceof Unavailable || error instanceof Misconfigured || error instanceof OverLimit) return 'silent'
    throw error
  }
}
