import { type Deed, NONE, type Situation } from './situation.ts'

/** The code without one of its rules, by an edit of its source, and the situation in which that must be found. */
export type Variant = {
  readonly rule: string
  readonly without: string
  readonly edits: readonly Edit[]
  readonly situation: Omit<Situation, 'name'>
}
/** `from` is in the file exactly once. */
export type Edit = { readonly file: string; readonly from: string; readonly to: string }

const pushA: Deed = { do: 'push', image: 'A', tag: 'v1' }
const signA: Deed = { do: 'sign', image: 'A' }
const pushB: Deed = { do: 'push', image: 'B', tag: 'v1' }
const signB: Deed = { do: 'sign', image: 'B', follows: 0 }

const alone = { workers: 1, budget: NONE, deeds: [pushA] }
const crash = { ...alone, budget: { ...NONE, crash: 1 } }
const twice = { ...alone, deeds: [pushA, pushA] }
const late = { ...alone, deeds: [pushA, signA] }
const release = { ...alone, earlier: [pushA], deeds: [signA] }
const newer = { ...release, deeds: [pushB, signB, signA] }
const waiver = {
  ...alone,
  deeds: [pushA, { do: 'waive', image: 'A' }, { do: 'revoke', image: 'A', follows: 1 }],
} satisfies Omit<Situation, 'name'>

/** B is verified, under another tag, and takes over A's. */
const goodB: readonly Deed[] = [
  { do: 'push', image: 'B', tag: 'v2' },
  { do: 'sign', image: 'B' },
]
const moved = { workers: 2, budget: { ...NONE, tick: 0 }, deeds: [pushA, { ...pushB, follows: 0 }] }

/** The steps of taking a tag in another order. */
function order(from: string, to: string): Edit {
  return { file: 'lambda/core/taking.ts', from, to }
}

export const VARIANTS: readonly Variant[] = [
  {
    rule: 'rule 1',
    without: 'writes are not on condition of the version that was read',
    edits: [
      {
        file: 'test/memory/store.ts',
        from: 'if (images.get(keyOf(record))?.version !== expected) return false',
        to: '',
      },
    ],
    situation: { ...late, workers: 2 },
  },
  {
    rule: 'rule 2',
    without: 'a new reason overwrites what is still to be told',
    edits: [{ file: 'lambda/core/todo.ts', from: '...(open?.events ?? [])', to: '...[]' }],
    situation: late,
  },
  {
    rule: 'rule 2',
    without: 'work is marked done whatever has come since',
    edits: [
      { file: 'lambda/core/todo.ts', from: 'entry.kind !== kind || entry.seq !== seq', to: 'entry.kind !== kind' },
    ],
    situation: { ...twice, workers: 2 },
  },
  {
    rule: 'rule 2',
    without: 'a bad image seen under a tag opens work only when it fails (edge-triggered)',
    edits: [{ file: 'lambda/core/plan.ts', from: 'entered || tags.length > 0', to: 'entered' }],
    situation: twice,
  },
  {
    rule: 'rule 3',
    without: 'any number of workers act on one image',
    edits: [
      {
        file: 'lambda/act.ts',
        from: 'held = before.lease !== undefined && before.lease.owner !== owner && before.lease.until > now',
        to: 'held = false',
      },
    ],
    situation: { ...waiver, workers: 2, deeds: waiver.deeds.slice(0, 2), budget: { ...NONE, duplicate: 1 } },
  },
  {
    rule: 'rule 4',
    without: 'a tag is written down as taken after it is removed',
    edits: [order("'claim', 'look', 'take'", "'look', 'take', 'claim'")],
    situation: crash,
  },
  {
    rule: 'rule 4',
    without: 'a tag is taken though the verdict is another one by now',
    edits: [
      { file: 'lambda/acting/claim.ts', from: 'now.rev === record.rev && ', to: '' },
      { file: 'lambda/acting/claim.ts', from: 'work !== undefined && work.begun !== true', to: 'true' },
    ],
    situation: { ...late, workers: 2 },
  },
  {
    rule: 'rule 4',
    without: 'a waiver does not wait out the lease',
    edits: [
      { file: 'lambda/free-of-lease.ts', from: '  await waitForLease(world, id)', to: '' },
      { file: 'lambda/free-of-lease.ts', from: 'if (isLeased(before, now)) throw beingMoved(id)', to: '' },
    ],
    situation: waiver,
  },
  {
    rule: 'rule 4',
    without: 'a move off failed carries no work to give tags back',
    edits: [{ file: 'lambda/core/waiver.ts', from: "isHeld(free) ? openTodo(free, 'release') : free", to: 'free' }],
    situation: release,
  },
  {
    rule: 'rule 5',
    without: 'the quarantine tag is not put first',
    edits: [order("'keep', 'claim'", "'claim'")],
    situation: alone,
  },
  {
    rule: 'rule 5',
    without: 'the quarantine tag is put after the tag is taken',
    edits: [order("'keep', 'claim', 'look', 'take'", "'claim', 'look', 'take', 'keep'")],
    situation: alone,
  },
  {
    rule: 'rule 8',
    without: 'a tag is taken before it is looked at',
    edits: [order("'look', 'take'", "'take', 'look'")],
    situation: alone,
  },
  {
    rule: 'rule 10',
    without: 'a taken tag is marked before it is taken',
    edits: [order("'take', 'verify', 'occupy', 'mark'", "'mark', 'take', 'verify', 'occupy'")],
    situation: alone,
  },
  {
    rule: 'rule 6',
    without: 'the registry is asked before the rev of the tag is read',
    edits: [
      {
        file: 'lambda/observe-tag.ts',
        from: '    const before = await store.tag(place.host, place.name, place.tag)\n',
        to: '',
      },
      {
        file: 'lambda/observe-tag.ts',
        from: 'const digest = await registry.resolve(place.name, place.tag)',
        to: 'const digest = await registry.resolve(place.name, place.tag)\n    const before = await store.tag(place.host, place.name, place.tag)',
      },
    ],
    situation: { ...moved, earlier: goodB },
  },
  {
    rule: 'rule 6',
    without: 'act writes what a tag points at',
    edits: [
      {
        file: 'lambda/acting/mark-tag.ts',
        from: '...mark, rev',
        to: '...mark, digest: mark.quarantined?.digest ?? base.digest, rev',
      },
    ],
    situation: { ...moved, earlier: [...goodB, pushA] },
  },
  {
    rule: 'rule 7',
    without: 'the tag that an event names is not written down, and the registry cannot list tags',
    edits: [
      {
        file: 'lambda/subjects.ts',
        from: 'tag ? await observeTag(world.store, registry, { host, name, tag }, at) : {}',
        to: 'tag ? { digest: await registry.resolve(name, tag) } : {}',
      },
      { file: 'lambda/tags-of.ts', from: '[...indexed, ...seen]', to: 'indexed' },
    ],
    situation: { ...alone, lists: false },
  },
  {
    rule: 'rule 8',
    without: 'giving back does not look for a newer image',
    edits: [
      {
        file: 'lambda/acting/release-tags.ts',
        from: 'const current = await registryOf(world, host).resolve(name, tag)',
        to: 'const current = undefined',
      },
    ],
    situation: newer,
  },
  {
    rule: 'rule 8',
    without: 'a push that collided with our own is not put right',
    edits: [
      {
        file: 'lambda/subjects.ts',
        from: 'return Math.abs(Date.parse(ownPut.at) - Date.parse(push.at)) <= COLLISION_MS',
        to: 'return false',
      },
    ],
    situation: newer,
  },
  {
    rule: 'rule 9',
    without: 'a bad signature fails an image at once',
    edits: [
      { file: 'lambda/core/plan.ts', from: 'enforcement.failFast && verdict.badSignature', to: 'verdict.badSignature' },
    ],
    situation: { ...alone, deeds: [pushA, { do: 'junk', image: 'A' }, signA] },
  },
  {
    rule: 'rule 10',
    without: 'an alert is marked as told before it is published',
    edits: [
      {
        file: 'lambda/act.ts',
        from: 'for (const { event } of entry.events ?? []) {',
        to: 'await updateImage(world, id, (now) => closeAlert(now, entry))\n  for (const { event } of entry.events ?? []) {',
      },
    ],
    situation: crash,
  },
  {
    rule: 'rule 10',
    without: 'people are told before it is tried to act',
    edits: [
      {
        file: 'lambda/act.ts',
        from: 'const failure = await moveTags(world, leased)',
        to: 'await tell(world, id, false)\n    const failure = await moveTags(world, leased)',
      },
    ],
    situation: alone,
  },
  {
    rule: 'rule 11',
    without: 'what was verified fails when policy changes',
    edits: [
      {
        file: 'lambda/core/plan.ts',
        from: "if (record?.verifiedAt !== undefined || record?.state === 'degraded') return 'degraded'",
        to: '',
      },
    ],
    situation: { ...alone, deeds: [pushB, signB, { do: 'stricter' }] },
  },
  {
    rule: 'rule 11',
    without: 'what was accepted fails when its waiver ends',
    edits: [
      {
        file: 'lambda/core/plan.ts',
        from: '(record !== undefined && waiverEnded(record, now))',
        to: 'false',
      },
    ],
    situation: waiver,
  },
  {
    rule: 'I1',
    without: 'removing a tag does not compare its digest',
    edits: [{ file: 'test/memory/registry.ts', from: "if (tags.get(tag) !== digest) return 'moved'", to: '' }],
    situation: { ...alone, deeds: [pushA, pushB] },
  },
  {
    rule: 'I7',
    without: 'the outgoing verdict is kept after the image has moved on',
    edits: [
      {
        file: 'lambda/pipeline.ts',
        from: '  if (before !== undefined && before.rev !== next.rev) {',
        to: '  const won = await world.store.putImage(next, before?.version)\n  if (won && before !== undefined && before.rev !== next.rev) {',
      },
      { file: 'lambda/pipeline.ts', from: 'return world.store.putImage(next, before?.version)', to: 'return won' },
    ],
    situation: crash,
  },
]
