import { repositoryOf } from '../core/image.ts'
import type { Page } from '../core/page.ts'
import { watchedBy, watchedByName } from '../core/watched.ts'
import { Misconfigured, OverLimit, Unavailable } from '../errors.ts'
import type { Registry } from '../ports.ts'
import { registryOf, type Sweeper } from '../world.ts'
import { lookAtImages } from './reconcile-images.ts'
import {
  afterPage,
  afterRepository,
  type Counts,
  counted,
  keep,
  NOTHING,
  type Pass,
  passNow,
  sum,
  withRepositories,
} from './reconcile-pass.ts'
import { lookAtTags } from './reconcile-tags.ts'

/** What one sweep does of each registry at most, so that neither its quotas nor those who push are hard pressed; the rest is the next minute's. */
const PAGES = 100
const MESSAGES = 1000
/** Seconds after which one sweep begins no further page: far less than its function has. */
const SECONDS = 20
/** How often a repository that does not answer is tried, minute by minute, before it is left to the next pass. */
const TRIES = 5

/**
 * Compares registries with what we know of them: events are best effort, so some never come. Differences become work as
 * the lost event would have; nothing is judged, written or closed here (rule 6). Each registry goes its own way.
 */
export async function reconcile(world: Sweeper): Promise<Counts> {
  const done = await Promise.all(world.watched.map((host) => goOn(world, host, registryOf(world, host))))
  return done.reduce((all, one) => sum(all, one), NOTHING)
}

/** Goes on with the pass of a registry as far as one sweep does. */
async function goOn(world: Sweeper, host: string, registry: Registry): Promise<Counts> {
  const begun = world.now()
  const before = await passNow(world.store, host, begun.toISOString())
  if (before === undefined) return NOTHING
  let pass = before
  const done = () => sum(pass.counts, before.counts, -1)
  const isEnough = () =>
    pass.finishedAt !== undefined ||
    done().found + done().again >= MESSAGES ||
    world.now().getTime() - begun.getTime() >= SECONDS * 1000
  try {
    for (let page = 0; page < PAGES && !isEnough(); page++) {
      pass = await step(world, host, registry, pass)
      await keep(world.store, host, pass)
    }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    pass = heldUp(world, host, pass, error)
    await keep(world.store, host, pass)
  }
  if (pass.finishedAt !== undefined) world.log('registry reconciled', { host, ...pass.counts })
  return done()
}

/** One page: of the list of repositories, or of the one at work. */
async function step(world: Sweeper, host: string, registry: Registry, pass: Pass): Promise<Pass> {
  const now = world.now().toISOString()
  const [name] = pass.repositories
  if (name === undefined) return withRepositories(pass, await watchedOf(world, host, registry, pass.more), now)
  const look = pass.phase === 'tags' ? lookAtTags : lookAtImages
  try {
    const { cursor, counts } = await look(world, registry, { host, name }, pass.cursor)
    return afterPage(counted(pass, counts), cursor, now)
  } catch (error) {
    if (!isRefusal(error)) throw error
    return leftOut(world, host, pass, error)
  }
}

/** The watched ones of a page of repositories; where the registry shows no list, those that are watched by their name. */
async function watchedOf(
  { repositories, log }: Sweeper,
  host: string,
  registry: Registry,
  cursor: string | undefined,
): Promise<Page<string>> {
  try {
    const listed = await registry.repositories(cursor)
    if (listed !== undefined) return { ...listed, items: listed.items.filter(watchedBy(repositories)) }
  } catch (error) {
    if (!isRefusal(error)) throw error
    log('repositories cannot be listed; only those watched by name are reconciled', { host, error: error.message })
  }
  return { items: watchedByName(repositories) }
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Misconfigured || error instanceof OverLimit
}

function leftOut(world: Sweeper, host: string, pass: Pass, error: Error): Pass {
  const [name = ''] = pass.repositories
  world.log('repository not reconciled', { repository: repositoryOf({ host, name }), error: error.message })
  return afterRepository(counted(pass, { refused: 1 }), world.now().toISOString())
}

/** What does not answer is tried again by the next sweeps; at last it must not keep the others from being looked at. */
function heldUp(world: Sweeper, host: string, pass: Pass, error: Error): Pass {
  const failures = pass.failures + 1
  if (failures >= TRIES && pass.repositories.length > 0) return leftOut(world, host, pass, error)
  world.log('reconciliation goes on later', { host, repository: pass.repositories[0], error: error.message })
  return { ...pass, failures }
}
