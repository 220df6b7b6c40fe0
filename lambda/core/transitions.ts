import type { ImageRecord, State } from './status.ts'

/** One move of a state machine: what calls for it, and under which condition of the table it is written. */
export type Transition<Place extends string> = {
  readonly from: Place
  readonly to: Place
  readonly when: string
  readonly write: string
}

/** Every verdict is written so; rev and history row come with each move, never without one. */
const VERDICT = 'image: version is the one read before gathering'
const CLAIM = 'image: rev and lease are the ones work began with, and nobody accepted or undid it'
const DONE = 'image: version is the one just read'
const MARK = 'tag: rev is the one just read'
const PEOPLE = 'by the registry alone'

const FAILING = 'no acceptable evidence, and grace is over (or failFast, and a signature is bad)'
const WAIVER_ENDED = 'no acceptable evidence, and its waiver has ended'
const UNJUDGED = 'outage after all tries, or more than is read'
const JUDGED_ELSEWISE = 'other policies, and by them it cannot be judged'

/** All moves of an image's state; `unknown`: nothing is known of it yet. A move that is not here is a defect, and is not written. */
export const IMAGE_TRANSITIONS: readonly Transition<State | 'unknown'>[] = [
  ...to('verified', 'every enforcing policy says yes', [
    'unknown',
    'pending',
    'error',
    'unmanaged',
    'failed',
    'degraded',
  ]),
  ...to('unmanaged', 'no policy covers it', ['unknown', 'pending', 'error', 'verified', 'failed', 'degraded']),
  ...to('pending', 'no acceptable evidence yet, and it may still come', ['unknown', 'error', 'unmanaged']),
  ...to('failed', FAILING, ['unknown', 'pending', 'error', 'unmanaged']),
  ...to('degraded', 'no longer acceptable (rule 11)', ['verified']),
  ...to('degraded', 'was verified once, and is no longer acceptable', ['unmanaged', 'error']),
  ...to('degraded', `${WAIVER_ENDED}, or only its base is not current`, ['pending', 'failed']),
  ...to('degraded', 'only its base is not current, and there is no grace', ['unknown']),
  ...to('error', UNJUDGED, ['unknown', 'pending']),
  ...to('error', JUDGED_ELSEWISE, ['verified', 'unmanaged']),
]

function to(state: State, when: string, places: readonly (State | 'unknown')[]): Transition<State | 'unknown'>[] {
  return places.map((from) => ({ from, to: state, when, write: VERDICT }))
}

/** Where a tag stands that was seen on an image; claimed: on the image's list of taken tags, and being taken or given back. */
export type TagPlace = 'in place' | 'claimed' | 'taken' | 'moved'

/** All moves of such a tag: by people, by the steps of `core/taking.ts`, and by giving back. */
export const TAG_TRANSITIONS: readonly Transition<TagPlace>[] = [
  { from: 'in place', to: 'claimed', when: 'the image is bad, and taking is armed: step claim', write: CLAIM },
  { from: 'in place', to: 'moved', when: 'people put it on another image, or delete it', write: PEOPLE },
  { from: 'moved', to: 'in place', when: 'people put it on this image again', write: PEOPLE },
  {
    from: 'claimed',
    to: 'taken',
    when: 'removed by tag and digest, or a tombstone put over it: step mark',
    write: MARK,
  },
  {
    from: 'claimed',
    to: 'in place',
    when: 'it can only be overwritten, and tags are immutable: step take; or it was given back',
    write: DONE,
  },
  {
    from: 'claimed',
    to: 'moved',
    when: 'it points at another image by now: steps look and take; or a newer image has it (rule 8)',
    write: DONE,
  },
  { from: 'taken', to: 'claimed', when: 'acceptable by now, accepted by a person, or undone', write: MARK },
]

/** Whether a state may follow a state: itself always may. */
export function mayFollow(before: Pick<ImageRecord, 'state'> | undefined, state: State): boolean {
  const from = before?.state ?? 'unknown'
  return from === state || IMAGE_TRANSITIONS.some((one) => one.from === from && one.to === state)
}
