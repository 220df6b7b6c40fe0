import { getGate } from '../../lambda/api/gate.ts'
import { getOperations, postArm, postDisarm, postResume } from '../../lambda/api/operations.ts'
import type { Query } from '../../lambda/api/query.ts'
import { getUndo, postUndo } from '../../lambda/api/undo.ts'
import { deleteWaiver, getWaivers, postRelease } from '../../lambda/api/waivers.ts'
import { formatImage, type ImageRef } from '../../lambda/core/image.ts'
import type { DeadLetters } from '../../lambda/ports.ts'
import type { Cataloguing, Known, Operating, Waiving } from '../../lambda/world.ts'
import { HOST, type Memory, NAME } from './world.ts'

export const ALICE = 'arn:aws:iam::111122223333:user/alice'
export const BOB = 'arn:aws:iam::111122223333:user/bob'

type Waiver = { readonly image: string; readonly by: string; readonly expiresAt: string }

/** What people ask of the API. Where it waits, time passes. */
export function people(memory: Memory, pause = async (seconds: number) => memory.advance(seconds)) {
  const deadLetters: DeadLetters = { queues: [], counts: async () => [], redrive: async () => 0 }
  const world: Known & Waiving & Operating & Cataloguing = {
    ...memory.world,
    pause,
    deadLetters,
    invokeAct: async () => {},
    untested: new Map(),
  }
  const because = { reason: 'a policy is wrong' }
  const named = (image: Pick<ImageRef, 'digest' | 'tag'>) => formatImage({ host: HOST, name: NAME, ...image })
  return {
    world,
    named,
    /** Accepts a digest for so many seconds from now. */
    waive: (digest: ImageRef['digest'], seconds = 3600, by = ALICE, reason = 'the fix is on its way') => {
      const expiresAt = new Date(memory.now().getTime() + seconds * 1000).toISOString()
      return postRelease(world, by, { image: named({ digest }), reason, expiresAt })
    },
    revoke: (digest: ImageRef['digest'], by = BOB) => deleteWaiver(world, by, { image: named({ digest }) }),
    disarm: () => postDisarm(world, ALICE, because),
    arm: () => postArm(world, ALICE, because),
    resume: () => postResume(world, ALICE, because),
    operations: async () => (await getOperations(world)).body,
    /** Has what was taken from these digests put back. */
    undo: (...digests: readonly ImageRef['digest'][]) =>
      postUndo(world, ALICE, { images: digests.map((digest) => named({ digest })), ...because }),
    /** What undoing would do. */
    undoing: async (query: Query) => (await getUndo(world, query)).body as { readonly images: readonly unknown[] },
    gate: async (image: Pick<ImageRef, 'digest' | 'tag'>) => (await getGate(world, { image: named(image) })).body,
    listed: async (query = {}) =>
      (await getWaivers(world, query)).body as { readonly waivers: readonly Waiver[]; readonly cursor?: string },
  }
}
