import { type BaseClaim, baseClaims, type ClaimSources } from '../core/base-claims.ts'
import type { FollowedClaim } from '../core/bases/base-evidence.ts'
import { chainIds } from '../core/bases/chain-ids.ts'
import { type Digest, formatImage, type ImageId } from '../core/image.ts'
import { isRunnable, parseManifest } from '../core/manifest.ts'
import type { ImageRecord } from '../core/status.ts'
import { Misconfigured, OverLimit, Unavailable } from '../errors.ts'
import type { Registry } from '../ports.ts'
import { withinLimit } from '../within-limit.ts'
import { type BaseSource, coveredBy } from './base-source.ts'
import type { Held } from './prove-chains.ts'

/** Of what one platform claims so much is followed, and of the rest so much told: anybody can claim anything. */
const MAX_FOLLOWED = 10
const MAX_TOLD = 5
/** Questions that registries are asked for one image, whatever its platforms claim. */
const MAX_QUESTIONS = 50
const SILENT = 'its registry does not answer'
const REFUSED = 'its registry turns us away, or more is claimed than is asked for'
/** Bytes of a manifest that is only looked at. */
const MAX_BYTES = 1024 * 1024

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
  asking: Asking,
  { contents, ...said }: Claimant,
): Promise<FollowedClaims> {
  const chains = new Set(chainIds(contents.layers.map(({ diffId }) => diffId)))
  const all = baseClaims(said)
  // However many stages of a build come before it, a base has its place
  const isCovered = ({ name }: BaseClaim) => name !== undefined && coveredBy(source.policies, name).length > 0
  const covered = all.filter(isCovered).slice(0, MAX_FOLLOWED)
  const others = all.filter((claim) => !isCovered(claim)).slice(0, MAX_TOLD)
  const claims = all.filter((claim) => covered.includes(claim) || others.includes(claim))
  const followed = await Promise.all(claims.map((claim) => follow(source, asking, claim, chains)))
  return {
    claims: followed.map(({ claim }) => claim),
    holds: followed.flatMap(({ claim, record }) => (claim.outcome === 'holds' && record ? [record] : [])),
    asked: followed.flatMap(({ asked }) => asked ?? []),
  }
}

async function follow(
  source: BaseSource,
  asking: Asking,
  claim: BaseClaim,
  chains: ReadonlySet<Digest>,
): Promise<Followed> {
  const { name, digest } = claim
  const told = telling(source, claim)
  const fault = whyNot(source, claim)
  if (name === undefined || fault !== undefined) return { claim: told('unknown', fault ?? '') }
  const { host, tag } = name
  const seen = tag === undefined ? undefined : await source.store.tag(host, name.name, tag)
  const meant = digest ?? seen?.digest ?? (await asking.digestOf(host, name.name, tag ?? 'latest'))
  if (meant === 'refused') return { claim: told('asked', REFUSED) }
  if (meant === 'silent') return { claim: told('asked', SILENT) }
  if (meant === undefined) return { claim: told('unknown', 'there is no such tag') }
  const id = { host, name: name.name, digest: meant }
  const record = await source.upToDate(id, tag)
  // A tag that nobody has looked at tells later whether the base is current
  const asked = { image: id, ...(tag !== undefined && seen === undefined && { tag }) }
  if (record?.standing === undefined) {
    const [outcome, detail] = await whyNoStanding(asking, id, record)
    const isAsked = outcome === 'asked' && detail !== REFUSED && (record === undefined || 'tag' in asked)
    return { claim: told(outcome, detail), ...(isAsked && { asked }) }
  }
  const holds = record.standing.chains.some(({ chain }) => chains.has(chain))
  if (holds)
    return { claim: told('holds', 'its layers are the first of this image'), record, ...('tag' in asked && { asked }) }
  if (claim.from === 'provenance') return { claim: told('unrelated', 'the build used it for something else') }
  return { claim: told('false', 'its layers are not the first of this image') }
}

/** What is told of a claim, by what came of it. */
function telling({ policies }: BaseSource, { name, digest, field }: BaseClaim) {
  const image = name === undefined ? (digest ?? 'nothing') : formatImage({ ...name, ...(digest && { digest }) })
  const by = name === undefined ? [] : coveredBy(policies, name).map((one) => one.name)
  return (outcome: FollowedClaim['outcome'], detail: string): FollowedClaim => {
    return { from: field, image, outcome, detail, ...(outcome === 'asked' && { by }) }
  }
}

/** Why a claim is not followed, or undefined. */
function whyNot({ policies, isReachable }: BaseSource, { name, fault }: BaseClaim): string | undefined {
  if (fault !== undefined) return fault
  if (name === undefined) return 'no repository is named beside the digest'
  if (coveredBy(policies, name).length === 0) return 'no BaseImage covers it'
  return isReachable(name.host) ? undefined : `registry ${name.host} is not read`
}

/** Whoever claims what will never be judged must not be spared for it. */
async function whyNoStanding(
  asking: Asking,
  id: ImageId,
  record: ImageRecord | undefined,
): Promise<readonly [outcome: FollowedClaim['outcome'], detail: string]> {
  if (record?.goneAt !== undefined) return ['unknown', 'it is no longer in its registry']
  const isThere = await asking.isImage(id)
  if (isThere === false) return ['unknown', 'there is no such image']
  if (isThere === 'refused') return ['asked', REFUSED]
  if (isThere === 'silent') return ['asked', SILENT]
  if (record === undefined) return ['asked', 'nobody has judged it yet; it is being looked at']
  return ['asked', `it could not be judged: ${record.lastError?.message ?? record.state}`]
}

/** What registries are asked about claims; each question once. `silent`: one does not answer, `refused`: it turns us away, or too much was asked. Neither keeps an image from being judged. */
export type Asking = {
  readonly digestOf: (host: string, name: string, tag: string) => Promise<Digest | 'silent' | 'refused' | undefined>
  /** Whether something lies there that a runtime would start. */
  readonly isImage: (id: ImageId) => Promise<boolean | 'silent' | 'refused'>
}

/** For all platforms of one image together. */
export function asking(registryOf: (host: string) => Registry): Asking {
  const answers = new Map<string, Promise<unknown>>()
  function once<T>(question: string, ask: () => Promise<T>): Promise<T | 'silent' | 'refused'> {
    const known = answers.get(question) as Promise<T | 'silent' | 'refused'> | undefined
    if (known !== undefined) return known
    if (answers.size >= MAX_QUESTIONS) return Promise.resolve('refused')
    const answer = orSilent(ask)
    answers.set(question, answer)
    return answer
  }
  return {
    digestOf: (host, name, tag) => once(`${host}/${name}:${tag}`, () => registryOf(host).peek(name, tag)),
    isImage: ({ host, name, digest }) =>
      once(`${host}/${name}@${digest}`, () => isImage(registryOf(host), name, digest)),
  }
}

async function isImage(registry: Registry, name: string, digest: Digest): Promise<boolean> {
  const { value: fetched, overLimit } = await withinLimit(registry.manifest(name, digest, MAX_BYTES))
  const manifest = fetched && parseManifest(fetched)
  if (manifest === undefined) return overLimit !== undefined
  return typeof manifest === 'object' && isRunnable(manifest)
}

async function orSilent<T>(ask: () => Promise<T>): Promise<T | 'silent' | 'refused'> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Unavailable) return 'silent'
    // Anybody can claim what lies where we may not look
    if (error instanceof Misconfigured || error instanceof OverLimit) return 'refused'
    throw error
  }
}
