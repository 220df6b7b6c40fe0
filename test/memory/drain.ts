import { act } from '../../lambda/act.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { verifyPush } from '../../lambda/pipeline.ts'
import { sweep } from '../../lambda/sweep.ts'
import { replayAll } from './replay-all.ts'
import type { Memory, World } from './world.ts'

let workers = 0

/** Plays the functions until no message can be handed out. An outage puts the message back, as SQS does. */
export async function deliver(memory: Memory, world: World): Promise<void> {
  for (let n = 0; n < 500; n++) {
    const message = memory.queue.peek()
    if (message === undefined) return
    try {
      if (message.to === 'verify') await verifyPush(world, message.push)
      else await act(world, message.image, `worker ${++workers}`)
      memory.queue.done(message)
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      memory.queue.again(message, 30)
    }
  }
  throw new Error('500 messages and no end: something makes new work for ever')
}

/** Delivers, sweeps and lets time pass, minute by minute, until nothing is left to do for so many minutes. Then every verdict is replayed. */
export async function drain(memory: Memory, world: World, minutes = 15): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    await deliver(memory, world)
    await sweep(world)
    await deliver(memory, world)
    memory.advance(60)
  }
  await replayAll(memory.world.store, memory.world.evidence)
}
