import { act } from '../../lambda/act.ts'
import type { ImageId } from '../../lambda/core/image.ts'
import type { PolicySet } from '../../lambda/core/policy/policy.ts'
import type { Push } from '../../lambda/core/push.ts'
import { verifyPush } from '../../lambda/pipeline.ts'
import type {
  Alerts,
  BaseCatalogue,
  EvidenceStore,
  FullTagger,
  Registry,
  StatusStore,
  WorkQueue,
} from '../../lambda/ports.ts'
import { sweep } from '../../lambda/sweep.ts'
import { revoke, waive } from '../../lambda/waive.ts'
import type { Actor, Verifier, Waiving } from '../../lambda/world.ts'
import { ALICE, BOB } from '../memory/people.ts'
import { sha256 } from '../memory/registry.ts'
import { HOST, policies } from '../memory/world.ts'

/** What is run: a message handed to a function, a sweep, or a person's request. `rules`: the policies it was started with. */
export type Job = { readonly rules: Rules } & (
  | { readonly do: 'verify'; readonly push: Push }
  | { readonly do: 'act'; readonly image: ImageId; readonly owner: string }
  | { readonly do: 'sweep' }
  | { readonly do: 'waive'; readonly image: ImageId }
  | { readonly do: 'revoke'; readonly image: ImageId }
)

export type Ports = {
  readonly store: StatusStore
  readonly registry: Registry
  readonly tagger: FullTagger
  readonly queue: WorkQueue
  readonly alerts: Alerts
  readonly person: Pick<Waiving, 'pause'>
}

const METHODS: { readonly [Name in keyof Ports]: readonly (keyof Ports[Name])[] } = {
  store: [
    'image',
    'putImage',
    'putHistory',
    'history',
    'tag',
    'putTag',
    'tagsOf',
    'images',
    'due',
    'waived',
    'system',
    'putSystem',
    'swapSystem',
    'taken',
  ],
  registry: ['resolve', 'manifest', 'blob', 'referrers', 'tagsOf', 'repositories', 'tagged'],
  tagger: ['put', 'remove', 'storage', 'store'],
  queue: ['verify', 'act'],
  alerts: ['publish'],
  person: ['pause'],
}

/** Policies that may hold in a run: those of the start, and stricter ones that no signature here satisfies. */
export type Rules = 'signed' | 'stricter'
const signed = policies()
export const RULES: Readonly<Record<Rules, PolicySet>> = { signed, stricter: asking(signed, 'more') }

function asking(set: PolicySet, more: string): PolicySet {
  const annotated = set.policies.map((policy) => ({
    ...policy,
    authorities: policy.authorities.map((one) => ({ ...one, annotations: { more } })),
  }))
  return { ...set, policies: annotated }
}

/** Longer than any run lasts. */
const ACCEPTED_UNTIL = '2027-01-15T00:00:00.000Z'

/** By content, and read by nothing here: a write is as good as done at once. */
const EVIDENCE: EvidenceStore = { put: async (bytes) => sha256(bytes), get: async () => undefined }

/** No BaseImage is declared in the model: whoever looked would end the run. */
const NO_BASES = {
  catalogue: {} as BaseCatalogue,
  files: () => {
    throw new Error('no base in the model')
  },
}

type Ask = (port: keyof Ports, method: string, parameters: readonly unknown[]) => Promise<unknown>

/** Starts the real code; every call that it makes of a port goes to `ask`. */
export async function start(job: Job, ask: Ask, now: () => Date): Promise<unknown> {
  const port = <Name extends keyof Ports>(name: Name) => {
    const calls = METHODS[name].map((method) => [
      method,
      (...parameters: unknown[]) => ask(name, String(method), parameters),
    ])
    return Object.fromEntries(calls) as Ports[Name]
  }
  const world: Verifier & Actor & Waiving = {
    now,
    log: () => {},
    policies: RULES[job.rules],
    trust: new Map(),
    registries: new Map([[HOST, port('registry')]]),
    taggers: new Map([[HOST, port('tagger')]]),
    watched: [],
    store: port('store'),
    evidence: EVIDENCE,
    queue: port('queue'),
    alerts: port('alerts'),
    ...port('person'),
    ...NO_BASES,
  }
  switch (job.do) {
    case 'verify':
      return verifyPush(world, job.push)
    case 'act':
      return act(world, job.image, job.owner)
    case 'sweep':
      // Without the reconciliation, which has tests of its own: what an event was lost of is found a day later
      return sweep({ ...world, watched: [], repositories: [] })
    case 'waive':
      return waive(world, job.image, { by: ALICE, reason: 'the fix is on its way', expiresAt: ACCEPTED_UNTIL })
    case 'revoke':
      return revoke(world, job.image, BOB)
  }
}
