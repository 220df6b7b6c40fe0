import { act } from '../../lambda/act.ts'
import type { ImageId } from '../../lambda/core/image.ts'
import type { ImageRecord, TagRecord } from '../../lambda/core/status.ts'
import { quarantineTag } from '../../lambda/core/tags.ts'
import { ecrTagger } from '../../lambda/quarantine/ecr.ts'
import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import { pushed } from '../memory/story.ts'
import { HOST, memory, policies } from '../memory/world.ts'
import { ACCOUNT } from '../registry/local-registry.ts'
import { receive } from './receive.ts'
import type { FaultyRegistry } from './world.ts'

const set = policies()
let repositories = 0
/** What the first one came to: the same image in another repository comes to the same. */
let judged: { readonly record: ImageRecord; readonly tag: TagRecord } | undefined

/** An unsigned image under v1, its only tag, in a repository of its own behind the proxy: failed, and nothing done about it yet. */
export async function failed(registry: FaultyRegistry) {
  const name = `prod/app${++repositories}`
  const { digest } = await registry.push({ tag: 'v1', name })
  const id: ImageId = { host: HOST, name, digest }
  const outside = await memory({ policies: set })
  const account = { client: registry.client, registryId: ACCOUNT }
  const world = {
    ...outside.world,
    registries: new Map([[HOST, ecrRegistry(account)]]),
    taggers: new Map([[HOST, ecrTagger(account)]]),
  }
  // The registry as it is, whatever the proxy makes of it
  const truth = ecrRegistry({ client: registry.direct, registryId: ACCOUNT })
  const record = async () => (await world.store.image(id)) as ImageRecord
  const look = (kind: 'push' | 'recheck') => receive(world, { ...pushed(digest, 'v1', name), kind }, 1)
  if (judged === undefined) {
    await look('push')
    outside.advance(600)
    await look('recheck')
    judged = { record: await record(), tag: (await world.store.tag(HOST, name, 'v1')) as TagRecord }
  } else {
    outside.advance(600)
    await world.store.putImage({ ...judged.record, name }, undefined)
    await world.store.putTag({ ...judged.tag, name }, undefined)
  }
  return {
    id,
    look,
    record,
    /** Does the work that is recorded, as the act function does on its nth receive. */
    act: (nth: number) => act(world, id, `worker ${nth}`),
    told: () => outside.published.map(({ event }) => event),
    sign: () => registry.sign(digest, name),
    at: (tag: string) => truth.resolve(name, tag),
    /** Where its tags are, and whether it can be read by digest (I2). */
    now: async () => {
      const tags = (await truth.tagsOf(name, digest)) ?? []
      return { state: (await record()).state, there: (await truth.manifest(name, digest)) !== undefined, tags }
    },
    keeping: quarantineTag(digest),
  }
}
