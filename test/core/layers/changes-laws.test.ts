import fc from 'fast-check'
import { expect, it } from 'vitest'
import { changesTo } from '../../../lambda/core/layers/changes.ts'
import { type LayerListing, listingReader } from '../../../lambda/core/layers/listing.ts'
import { applyLayer, CannotUnpack, type Inode, listPaths, newFileSystem, type Spec } from './reference-unpack.ts'
import { archive, pax, tarred } from './tar-writer.ts'

const KINDS = { '0': 'file', '1': 'link', '2': 'symlink', '3': 'device', '5': 'directory' } as const
const NAME = fc.constantFrom('a', 'b', 'c', '__proto__')
const path = fc.array(NAME, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
const target = fc.oneof(
  path,
  path.map((to) => `/${to}`),
  path.map((to) => `../${to}`),
  fc.constantFrom('.', '..', '/', 'a/../b', '../../a/../c', 'b/'),
)
const spec: fc.Arbitrary<Spec & { readonly pick: number }> = fc
  .record({
    place: path,
    as: fc.oneof(
      { weight: 5, arbitrary: fc.constant('0' as const) },
      { weight: 5, arbitrary: fc.constant('5' as const) },
      { weight: 3, arbitrary: fc.constant('2' as const) },
      { weight: 4, arbitrary: fc.constantFrom('1' as const, '3' as const, 'whiteout' as const, 'opaque' as const) },
    ),
    link: target,
    mode: fc.constantFrom(0o755, 0o755, 0o755, 0o4755, 0o2755),
    uid: fc.constantFrom(0, 0, 0, 1),
    capability: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
    pick: fc.nat(),
  })
  .map(({ place, as, link, ...rest }) => {
    if (as === 'opaque') return { name: `${place}/.wh..wh..opq`, type: '0', link: '', ...rest, capability: false }
    if (as === 'whiteout') {
      return { name: place.replace(/[^/]+$/, '.wh.$&'), type: '0', link: '', ...rest, capability: false }
    }
    return { name: place, type: as, link: as === '2' ? link : '', ...rest, capability: rest.capability && as === '0' }
  })
const layers = (max: number) => fc.array(fc.array(spec, { maxLength: 7 }), { minLength: 1, maxLength: max })

/** Hard links lead to something that was a file in a layer so far, for otherwise most would fail. */
function linked(all: readonly (readonly (Spec & { readonly pick: number })[])[]): Spec[][] {
  const files: string[] = ['a']
  return all.map((layer) =>
    layer.map(({ pick, ...one }) => {
      const link = one.type === '1' ? files[pick % files.length]! : one.link
      if (/^[012]$/.test(one.type) && !one.name.includes('.wh.')) files.push(one.name)
      return { ...one, link }
    }),
  )
}

function listingOf(layer: readonly Spec[]): LayerListing {
  const parts = layer.flatMap(({ capability, ...one }) => [
    ...(capability ? [pax({ 'SCHILY.xattr.security.capability': 'x' })] : []),
    tarred(one),
  ])
  const reader = listingReader()
  reader.push(archive(...parts))
  const listing = reader.end()
  if ('fault' in listing) throw new Error(listing.fault)
  return listing
}

function expectedKind(base: Inode, now: Inode | undefined, isThrough: boolean): string | undefined {
  if (isThrough) return 'symlinked'
  if (now === undefined) return 'deleted'
  if (now.type === '2') return base.type === '2' && base.link === now.link ? undefined : 'symlinked'
  const file = base.type === '0' ? base : undefined
  const gains = (bit: number) => (now.mode & bit) > 0 && !((file?.mode ?? 0) & bit && file?.uid === now.uid)
  // Nobody of the tests is of another group
  const gainsGroup = (now.mode & 0o2000) > 0 && !((file?.mode ?? 0) & 0o2000)
  if (now.type === '0' && (gains(0o4000) || gainsGroup || (now.capability && !file?.capability))) return 'setuid'
  const isSame = now.id === base.id || (now.type === '5' && base.type === '5')
  if (!isSame) return 'replaced'
  return now.mode === base.mode && now.uid === base.uid && now.capability === base.capability
    ? undefined
    : 'permissions'
}

/** What the reference says of every path: by name what changed, and which files with rights are new. */
function reference(base: readonly Spec[][], above: readonly Spec[][]) {
  const fs = newFileSystem()
  for (const layer of base) applyLayer(fs, layer)
  const before = new Map([...listPaths(fs)].map(([at, inode]) => [at, { ...inode }]))
  const through = new Set<string>()
  for (const layer of above) {
    for (const { path: at, links } of applyLayer(fs, layer)) {
      const ofBase = links.filter(([place, link]) => before.get(place)?.id === link.id)
      for (const [place] of ofBase) through.add(place)
      if (ofBase.length > 0) through.add(at)
    }
  }
  const after = listPaths(fs)
  const changes = [...before].flatMap(([at, inode]) => {
    const now = after.get(at)
    const kind = expectedKind(inode, now, through.has(at))
    const change = { path: at.slice(1), was: KINDS[inode.type], ...(now && { now: KINDS[now.type] }) }
    return kind === undefined ? [] : [{ ...change, kind }]
  })
  const isSetuid = ({ type, mode, capability }: Inode) => type === '0' && ((mode & 0o6000) > 0 || capability)
  const setuid = [...after].flatMap(([at, inode]) => (!before.has(at) && isSetuid(inode) ? [at.slice(1)] : []))
  return { changes, setuid: setuid.sort() }
}

/** Without the entries that cannot be unpacked, which most hostile layers have. */
function mended(base: Spec[][], above: Spec[][]): [base: Spec[][], above: Spec[][]] {
  try {
    reference(base, above)
    return [base, above]
  } catch (error) {
    if (!(error instanceof CannotUnpack)) throw error
    const without = (all: Spec[][]) => all.map((layer) => layer.filter((one) => one !== error.spec))
    return mended(without(base), without(above))
  }
}

const byPath = (one: { path: string }, other: { path: string }) => (one.path < other.path ? -1 : 1)
const seen = new Map<string, number>()
const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1)

function holds(base: Spec[][], above: Spec[][]): void {
  const result = changesTo(base.map(listingOf), above.map(listingOf))
  let wanted: ReturnType<typeof reference>
  try {
    wanted = reference(base, above)
  } catch (error) {
    if (!(error instanceof CannotUnpack)) throw error
    expect(result).toHaveProperty('fault')
    count(error.message)
    return
  }
  if ('fault' in result) throw new Error(result.fault)
  expect(result.changes.toSorted(byPath)).toEqual(wanted.changes.toSorted(byPath))
  expect(result.added.setuid.listed).toEqual(wanted.setuid.slice(0, 100))
  for (const { kind } of wanted.changes) count(kind)
}

it('changes are what containerd makes of the layers, path by path', () => {
  fc.assert(
    fc.property(layers(3), layers(3), fc.nat(9), (baseSpecs, aboveSpecs, dice) => {
      const all = linked([...baseSpecs, ...aboveSpecs])
      const [base, above] = [all.slice(0, baseSpecs.length), all.slice(baseSpecs.length)]
      holds(...(dice === 0 ? ([base, above] as const) : mended(base, above)))
    }),
    { numRuns: 1000 },
  )
  // So that the test tests something
  for (const what of ['symlinked', 'setuid', 'deleted', 'replaced', 'permissions', 'link', 'in the way']) {
    expect(seen.get(what), what).toBeGreaterThan(10)
  }
})
