import { reconcile } from '../../lambda/reconciling/reconcile.ts'
import type { Pass } from '../../lambda/reconciling/reconcile-pass.ts'
import { HOST, type Memory, type World } from './world.ts'

/** Lets one pass over the registry come to its end, minute by minute; what it asks for stays on the queue. */
export async function passOver(memory: Memory, world: World = memory.world, host = HOST): Promise<Pass> {
  for (let minute = 0; minute < 200; minute++) {
    await reconcile(world)
    const pass = (await memory.world.store.system(`reconcile#${host}`)) as Pass | undefined
    if (pass?.finishedAt !== undefined) return pass
    memory.advance(60)
  }
  throw new Error('200 minutes and no end of the pass')
}
