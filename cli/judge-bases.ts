import type { BaseSource } from '../lambda/bases/base-source.ts'
import { layerFiles } from '../lambda/bases/layer-files.ts'
import { withReplaced } from '../lambda/bases/with-replaced.ts'
import { formatImage, type ImageId } from '../lambda/core/image.ts'
import type { Watched } from '../lambda/core/policy/policy.ts'
import type { ImageRecord } from '../lambda/core/status.ts'
import { isOutage, OverLimit, Unavailable } from '../lambda/errors.ts'
import { type Examiner, examine } from '../lambda/examine.ts'
import { namedHosts } from '../lambda/registry/base-hosts.ts'
import { baseTable } from './base-table.ts'
import { memoryEvidence } from './memory-evidence.ts'

/** How many bases, each claimed by the one before it, are judged; and how many in all: anybody can claim anything. */
const MAX_DEPTH = 4
const MAX_BASES = 100

/** Bases that are judged on the spot, each once, and nothing of it kept longer than one image is looked at. */
export function judgeBases(examiner: Omit<Examiner, 'evidence' | 'bases'>, image: ImageId) {
  const { policies, now, registryOf } = examiner
  const table = baseTable(now, policies)
  const evidence = memoryEvidence()
  const files = layerFiles({ now, store: table.store, evidence })
  const hosts = new Set([image.host, ...namedHosts(policies)])
  const begun = new Map<string, Promise<void>>()
  /** Which images each one waits for. */
  const awaited = new Map<string, Set<string>>()
  const asked = new Map<string, Promise<void>>()
  const claimed = new Map<string, Set<string>>()
  const silent = new Set<string>()
  /** Why something could not be judged, by what it is. */
  const failures = new Map<string, string>()

  /** Where bases are looked up for one image; `depth`: how many bases further up the image is that all this is for. */
  function sourceFor(asker: ImageId, depth: number): BaseSource {
    const tag: BaseSource['store']['tag'] = async (host, name, of) => {
      await askTag({ host, name, tag: of })
      return table.store.tag(host, name, of)
    }
    return {
      now,
      policies,
      store: { ...table.store, tag },
      catalogue: table.catalogue,
      evidence,
      files,
      isReachable: (host) => hosts.has(host),
      // What its own bases lack says nothing of the image
      awaited: async () => [],
      upToDate: (base, of) => itemFor(asker, depth, base, of),
    }
  }

  async function itemFor(asker: ImageId, depth: number, base: ImageId, tag?: string): Promise<ImageRecord> {
    const key = formatImage(base)
    const refused = await judged(asker, depth, base)
    if (refused === 'loop') return standsOnIt(base)
    if (refused !== undefined) return table.itemOf(base, failed(refused))
    if (tag !== undefined) {
      claimed.set(key, new Set([...(claimed.get(key) ?? []), tag]))
      await look(asker, depth, { host: base.host, name: base.name, tag })
    }
    const verdict = table.judgedOf(base)
    if (verdict === undefined) return { ...table.itemOf(base, failed('it is not there')), goneAt: now().toISOString() }
    const seenTags = table.leftTags(base, claimed.get(key) ?? new Set())
    const whole = await withReplaced(sourceFor(base, depth), { ...base, seenTags }, verdict)
    return { ...table.itemOf(base, whole), seenTags }
  }

  /** Waits until a base is judged; undefined, or why it is not to be. */
  async function judged(asker: ImageId, depth: number, base: ImageId): Promise<string | undefined> {
    const [from, to] = [formatImage(asker), formatImage(base)]
    if (waitsFor(to, from)) return 'loop'
    if (!begun.has(to)) {
      if (depth >= MAX_DEPTH) return `more than ${MAX_DEPTH} bases, each claimed by the one before it`
      if (begun.size >= MAX_BASES) {
        const why = `more than ${MAX_BASES} bases to be judged`
        failures.set('', why)
        return why
      }
      begun.set(to, judge(base, depth + 1))
    }
    awaited.set(from, new Set([...(awaited.get(from) ?? []), to]))
    await begun.get(to)
    return undefined
  }

  /** Whether an image waits for another one, through others as well, or is it: what is being judged is not begun again. */
  function waitsFor(one: string, other: string): boolean {
    const all = new Set([one])
    // What is added meanwhile is gone through, too
    for (const step of all) for (const next of awaited.get(step) ?? []) all.add(next)
    return all.has(other)
  }

  async function judge(base: ImageId, depth: number): Promise<void> {
    // What was read for it is let go with it, but for what those that stand on it need
    const scratch = memoryEvidence(evidence)
    const why = await unlessRefused(base, async () => {
      const tags = (await registryOf(base.host).tagsOf(base.name, base.digest)) ?? []
      const looked = await examine({ ...examiner, evidence: scratch, bases: sourceFor(base, depth) }, base)
      if (looked === undefined || looked.signature) return
      if (looked.judged.kind === 'error') throw new OverLimit(looked.judged.message)
      const { contents, packages } = looked.judged.standing ?? {}
      for (const digest of [contents, packages]) {
        const bytes = digest && (await scratch.get(digest))
        if (bytes !== undefined) await evidence.put(bytes)
      }
      for (const tag of tags) table.putTag({ ...base, tag }, base.digest)
      table.put(base, looked.judged)
    })
    if (why !== undefined) table.put(base, failed(why))
  }

  /** Judges what a tag points at. */
  async function look(asker: ImageId, depth: number, { host, name, tag }: Watched): Promise<void> {
    await askTag({ host, name, tag })
    const digest = (await table.store.tag(host, name, tag))?.digest
    if (digest !== undefined) await judged(asker, depth, { host, name, digest })
  }

  /** Asks once what a tag points at. A registry that does not answer is asked for no other. */
  function askTag(place: Watched): Promise<void> {
    const key = formatImage(place)
    const asking = asked.get(key) ?? ask(place)
    asked.set(key, asking)
    return asking
  }

  async function ask(place: Watched): Promise<void> {
    const { host, name, tag } = place
    await unlessRefused(place, async () => {
      if (silent.has(host)) throw new Unavailable(`registry ${host}`, 'did not answer before')
      table.putTag(place, await registryOf(host).resolve(name, tag))
    })
  }

  /** What an outage, or a refusal, says of a base: it is no word on the image. */
  async function unlessRefused(what: ImageId | Watched, work: () => Promise<void>): Promise<string | undefined> {
    try {
      await work()
      return undefined
    } catch (error) {
      if (error instanceof Unavailable && 'tag' in what) silent.add(what.host)
      if (!isOutage(error)) throw error
      failures.set(formatImage(what), error.message)
      return error.message
    }
  }

  /** Who claims to stand on what stands on himself says what cannot be. */
  function standsOnIt(base: ImageId): ImageRecord {
    const standing = { vouched: [], chains: [], contents: base.digest, existedAt: now().toISOString() }
    return { ...table.itemOf(base, failed('it stands on this one')), standing }
  }

  return { source: sourceFor(image, 0), look: (place: Watched) => look(image, 0, place), failures }
}

function failed(message: string) {
  return { kind: 'error', reason: 'unavailable', message, policyHash: '' } as const
}
