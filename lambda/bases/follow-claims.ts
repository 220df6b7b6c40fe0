import { type BaseClaim, baseClaims, type ClaimSources } from '../core/base-claims.ts'
import type { FollowedClaim } from '../core/bases/base-evidence.ts'
import { chainIds } from '../core/bases/chain-ids.ts'
import { type Digest, formatImage, type ImageId } from '../core/image.ts'
import type { ImageRecord } from '../core/status.ts'
import { Unavailable } from '../errors.ts'
import type { Registry } from '../ports.ts'
import { type BaseSource, coveredBy } from './base-source.ts'
import type { Held } from './prove-chains.ts'

/** Of what an image claims so much is followed: anybody can claim anything. */
const MAX_FOLLOWED = 5

/** What came of the claims. `holds`: items of claimed bases whose layers the image begins with; `asked`: claimed ones that nobody has judged yet. */
export type FollowedClaims = {
  readonly claims: readonly FollowedClaim[]
  readonly holds: readonly ImageRecord[]
  readonly asked: readonly ImageId[]
}

type Claimant = Held & ClaimSources
type Followed = { readonly claim: FollowedClaim; readonly record?: ImageRecord; readonly asked?: ImageId }

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
  if (coveredBy(source.policies, name).length === 0) return { claim: told('unknown', 'no BaseImage covers it') }
  const meant = digest ?? (await digestMeant(source, registryOf, name))
  if (meant === undefined) return { claim: told('unknown', 'what its tag points at could not be told') }
  const id = { host: name.host, name: name.name, digest: meant }
  const record = await source.upToDate(id)
  if (record === undefined) {
    if (!source.isReachable(name.host)) return { claim: told('unknown', `registry ${name.host} is not read`) }
    return { claim: told('asked', 'nobody has judged it yet; it is being looked at'), asked: id }
  }
  if (record.standing === undefined) {
    return {
      claim: told('unknown', record.goneAt === undefined ? 'it could not be read' : 'it is no longer in its registry'),
    }
  }
  const holds = record.standing.chains.some(({ chain }) => chains.has(chain))
  if (!holds && claim.from === 'provenance') return { claim: told('unrelated', 'the build used it for something else') }
  if (!holds) return { claim: told('false', 'its layers are not the first of this image') }
  return { claim: told('holds', 'its layers are the first of this image'), record }
}

/** What a claimed tag points at: as far as it is known, else by the word of its registry. */
async function digestMeant(
  { store, isReachable }: BaseSource,
  registryOf: (host: string) => Registry,
  { host, name, tag = 'latest' }: NonNullable<BaseClaim['name']>,
): Promise<Digest | undefined> {
  const known = await store.tag(host, name, tag)
  if (known?.digest !== undefined || !isReachable(host)) return known?.digest
  try {
    return await registryOf(host).peek(name, tag)
  } catch (error) {
    // A claim that cannot be followed keeps no image from being judged
    if (error instanceof Unavailable) return undefined
    throw error
  }
}
