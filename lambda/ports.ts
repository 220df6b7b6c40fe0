import type { Alert } from './core/alert.ts'
import type { ChainRecord } from './core/bases/standing.ts'
import type { Digest, ImageId } from './core/image.ts'
import type { Descriptor, FetchedManifest } from './core/manifest.ts'
import type { Page } from './core/page.ts'
import type { TagSeen } from './core/push.ts'
import type { HistoryRow, ImageRecord, State, TagRecord } from './core/status.ts'

/** Reads one registry. Absent things are undefined; outages throw Unavailable; anything over a limit throws OverLimit. */
export interface Registry {
  /** The digest a tag points at now. */
  resolve(name: string, tag: string): Promise<Digest | undefined>
  /** The same by the registry's word alone, asked as cheaply as it can be: a hint, by which nothing is judged. */
  peek(name: string, tag: string): Promise<Digest | undefined>
  /** A manifest by digest or tag; its bytes are hashed, and compared with the digest where one was asked for. `maxBytes`: where fewer are read than usual. */
  manifest(name: string, reference: string, maxBytes?: number): Promise<FetchedManifest | undefined>
  /** A blob of at most `maxBytes`, its bytes hashed to the digest. */
  blob(name: string, digest: Digest, maxBytes: number): Promise<Uint8Array | undefined>
  /** A blob of any length, as it comes and unhashed, to be read once. Who stops reading ends the download, and so does the signal, whose reason is thrown. */
  layer(name: string, digest: Digest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>
  /** Manifests whose `subject` is this digest (OCI 1.1); undefined where the registry has no such list. */
  referrers(name: string, digest: Digest, which?: Which): Promise<readonly Descriptor[] | undefined>
  /** All tags on a digest; undefined where the registry cannot tell. */
  tagsOf(name: string, digest: Digest): Promise<readonly string[] | undefined>
  /** The names of its repositories, page by page; undefined where the registry has no such list. */
  repositories(cursor?: string): Promise<Page<string> | undefined>
  /** Tags that can be pulled, with what they point at, page by page; undefined where there is no such repository. */
  tagged(name: string, cursor?: string): Promise<Page<Tagged> | undefined>
}

/** A tag and what it points at. */
export type Tagged = { readonly tag: string; readonly digest: Digest }

/** Which referrers: of one type only; and of at most so many bytes of list. */
export type Which = { readonly artifactType?: string; readonly maxBytes?: number }

/** Puts tags. The only port that changes a registry. */
export interface Tagger {
  /** Points a tag at a manifest already in the repository. `taken`: the tag is immutable and holds another digest. */
  put(name: string, tag: string, manifest: FetchedManifest): Promise<'put' | 'taken'>
}

/** The tagger of a registry that can also compare and delete, and archive: ECR. */
export interface FullTagger extends Tagger {
  /** Removes a tag only if it still points at the digest (compare and delete). */
  remove(name: string, tag: string, digest: Digest): Promise<'removed' | 'moved' | 'absent'>
  /** Whether an image can be pulled; undefined where it is not there. */
  storage(name: string, digest: Digest): Promise<'active' | 'archived' | 'restoring' | undefined>
  /** Makes an image one that nobody can pull, or can again (which may take minutes). `refused`: the registry does not do that to this image. */
  store(name: string, digest: Digest, as: 'active' | 'archived'): Promise<'done' | 'refused'>
}

/** What a registry was seen to do in the self-test; `means`: how tags can be taken in it without harm to others; `detail` is for people. */
export type SelfTestResult = { readonly means: 'remove' | 'overwrite' | 'none'; readonly detail: string }

/** The registries this installation knows, by normalised host. */
export type Registries = ReadonlyMap<string, Registry>

export type ImageQuery = {
  readonly repository?: string
  readonly state?: State
  readonly signer?: string
  readonly limit: number
  readonly cursor?: string
}

/** The status table. Reads are consistent but for lists, whose hits are hints. Writes are conditional: false means somebody was faster. */
export interface StatusStore {
  image(id: ImageId): Promise<ImageRecord | undefined>
  /** Writes the record if the stored version is still `expected` (undefined: if there is none). */
  putImage(record: ImageRecord, expected: number | undefined): Promise<boolean>
  /** Keeps a row, copied from the item's `version`; a row copied later stays (only its writer can have won the item). */
  putHistory(id: ImageId, row: HistoryRow, version: number): Promise<void>
  /** Past verdicts, newest first. */
  history(id: ImageId, limit: number, cursor?: string): Promise<Page<HistoryRow>>
  tag(host: string, name: string, tag: string): Promise<TagRecord | undefined>
  /** Writes the tag if the stored rev is still `expected` (undefined: if there is none). */
  putTag(record: TagRecord, expected: number | undefined): Promise<boolean>
  /** Tags last seen on this digest. */
  tagsOf(id: ImageId): Promise<readonly TagRecord[]>
  /** Images, newest first. */
  images(query: ImageQuery): Promise<Page<ImageRecord>>
  /** Images whose dueAt has passed, or with work to do. */
  due(now: string, limit: number): Promise<readonly ImageId[]>
  /** Images whose waiver ends after `now` and was not taken back, the soonest first. */
  waived(now: string, limit: number, cursor?: string): Promise<Page<ImageId>>
  /** Images that are bases to others, or were, the first seen first. */
  bases(limit: number, cursor?: string): Promise<Page<ImageId>>
  /** A small named item of the installation itself. */
  system(key: string): Promise<Readonly<Record<string, unknown>> | undefined>
  putSystem(key: string, value: Readonly<Record<string, unknown>>): Promise<void>
  /** Writes one that has versions if the stored version is still `expected` (undefined: if there is none). */
  swapSystem(key: string, value: { readonly version: number }, expected: number | undefined): Promise<boolean>
  /** Images from which tags are taken, or which are archived, since `since`, the oldest first. */
  taken(since: string, limit: number, cursor?: string): Promise<Page<ImageId>>
}

/** What counts as a base, by where its layers end, and who stands on them. Every hit is a hint: the image's own item says what holds. */
export interface BaseCatalogue {
  /** What is known to end at these chains of layers; those of which nothing is known are left out. Consistent, a hundred a call. */
  at(chains: readonly Digest[]): Promise<readonly ChainRecord[]>
  /** Writes one if the stored version is still `expected` (undefined: if there is none). */
  put(record: ChainRecord, expected: number | undefined): Promise<boolean>
  /** Notes that an image stands on a chain, with `wave` - 1 known bases in between. */
  noteDerived(chain: Digest, wave: number, image: ImageId): Promise<void>
  /** The first of these notes behind a place, by wave and name. */
  derived(chain: Digest, limit: number, after?: string): Promise<readonly DerivedNote[]>
}

/** That an image stands on a chain; `place` sorts as wave and name do, the same in every chain. */
export type DerivedNote = { readonly place: string; readonly wave: number; readonly image: ImageId }

/** Keeps bytes by their sha256, for ever. */
export interface EvidenceStore {
  put(bytes: Uint8Array): Promise<Digest>
  get(digest: Digest): Promise<Uint8Array | undefined>
}

/** Hands work to the functions that do it. At least once, in no order. */
export interface WorkQueue {
  /** Verify this image again, not before `delaySeconds` from now (at most 900). */
  verify(image: ImageId, delaySeconds: number): Promise<void>
  /** Look at this tag as if it had just been pushed. */
  observe(tag: TagSeen): Promise<void>
  /** There is work on this image's item. */
  act(image: ImageId): Promise<void>
}

/** Invokes a function; with `wait`, until it has answered, and with its answer. */
export type Invoke = (payload: unknown, wait: boolean) => Promise<unknown>

/** A queue and what lies in it, about: messages that wait, and those that could not be worked off or delivered. */
export type QueueCount = { readonly queue: string; readonly waiting: number; readonly dead: number }

/** Messages that could not be worked off or delivered, by the queue they were for. */
export interface DeadLetters {
  readonly queues: readonly string[]
  counts(): Promise<readonly QueueCount[]>
  /** Puts up to `most` dead messages back on the queue they were for; how many. One that was put back twice does no harm. */
  redrive(queue: string, most: number): Promise<number>
}

/** Tells people. At least once. */
export interface Alerts {
  publish(alert: Alert): Promise<void>
}

export type Clock = () => Date
