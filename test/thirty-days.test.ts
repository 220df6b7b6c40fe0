import { expect, it } from 'vitest'
import { plusSeconds, type State } from '../lambda/core/status.ts'
import { sweep } from '../lambda/sweep.ts'
import { setOf } from './core/policy/documents.ts'
import { deliver } from './memory/drain.ts'
import { runnable } from './memory/images.ts'
import { people } from './memory/people.ts'
import { story } from './memory/story.ts'
import { HOST, memory, signedPolicy } from './memory/world.ts'

const DAY = 24 * 3600
/** From then on a signature by the key counts no longer, as nobody can tell when it was made. */
const KEY_ENDS = '2026-12-02T12:00:00.000Z'
const ENFORCED = `---
apiVersion: assay.dev/v1alpha1
kind: Enforcement
metadata: { name: prod }
spec: { images: [{ glob: "${HOST}/prod/**" }], onFailure: quarantine, gracePeriod: 3d }
`

/** The stack's month without a single event: only the sweep works, each minute in which anything is due. */
async function month() {
  const outside = await memory({
    policies: setOf(`${signedPolicy('ending', `        validFor: { end: "${KEY_ENDS}" }\n`)}${ENFORCED}`),
  })
  const told = story(outside)
  const { waive } = people(outside)
  const ending = told.push(runnable('ending'), 'ending')
  await told.sign(ending)
  const unsigned = told.push(runnable('unsigned'), 'unsigned')
  const accepted = told.push(runnable('accepted'), 'accepted')
  const untagged = told.push(runnable('untagged'))
  await told.settle()
  await waive(accepted, 7 * DAY)
  await told.settle()
  const start = outside.now().toISOString()
  return { outside, ...told, start, ending, unsigned, accepted, untagged }
}

it('changes each state at its due instant, takes the tag of what was never good, and no other', async () => {
  const { outside, start, record, at, ending, unsigned, accepted, untagged } = await month()
  const states: Record<string, { readonly state: State; readonly since: string }[]> = {}
  for (;;) {
    await sweep(outside.world)
    await deliver(outside, outside.world)
    await sweep(outside.world)
    const { items } = await outside.world.store.images({ limit: 10 })
    for (const { digest, state, since = '' } of items) {
      const seen = states[digest] ?? []
      if (seen.at(-1)?.state !== state) states[digest] = [...seen, { state, since }]
    }
    // To the next moment at which anything is due, and not a second further
    const next = items.flatMap(({ dueAt }) => dueAt ?? []).toSorted()[0] ?? ''
    const wait = Math.max(1, (Date.parse(next) - outside.now().getTime()) / 1000)
    if (plusSeconds(outside.now().toISOString(), wait) > plusSeconds(start, 30 * DAY)) break
    outside.advance(wait)
  }
  expect(states[ending]).toEqual([
    { state: 'verified', since: start },
    // The end itself is the last moment in which it counts
    { state: 'degraded', since: new Date(Date.parse(KEY_ENDS) + 1).toISOString() },
  ])
  expect(states[unsigned]).toEqual([
    { state: 'pending', since: start },
    { state: 'failed', since: plusSeconds(start, 3 * DAY) },
  ])
  expect(states[accepted]).toEqual([
    { state: 'pending', since: start },
    { state: 'failed', since: plusSeconds(start, 3 * DAY) },
    { state: 'degraded', since: plusSeconds(start, 7 * DAY) },
  ])
  expect(states[untagged]).toBeUndefined()
  expect([await at('ending'), await at('accepted'), await at('unsigned')]).toEqual([ending, accepted, undefined])
  expect(await record(unsigned)).toMatchObject({ taken: ['unsigned'], todo: [] })
}, 60_000)
