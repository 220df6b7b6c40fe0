import { type Claim, sourceId, type UnsignedClaim } from './core/evidence.ts'
import type { Digest } from './core/image.ts'
import { type Descriptor, type FetchedManifest, parseManifest } from './core/manifest.ts'
import type { Source } from './core/policy/policy.ts'
import { announcedFormat, chooseReferrers } from './formats/choose-referrers.ts'
import { NotReadable, readable, type UnsignedFormat } from './formats/format.ts'
import { formats, unsignedFormats } from './formats/index.ts'
import {
  type Candidate,
  type Found,
  faultyClaim,
  locateClaims,
  type Place,
  unreadClaim,
} from './formats/locate-claims.ts'
import { hintRank, OTHER_KIND, type Wanted } from './formats/wanted.ts'
import { mapLimited } from './map-limited.ts'
import type { Registry } from './ports.ts'
import type { Room } from './room.ts'
import { withinLimit } from './within-limit.ts'

/** Of one layer: attested SBOMs of large images have some megabytes. */
const MAX_LAYER = 8 * 1024 * 1024
const PARALLEL = 8

/** Where claims about one manifest are looked for. */
export type Site = {
  readonly registry: Registry
  readonly name: string
  readonly subject: Digest
  readonly source: Source
  readonly wanted: Wanted
  readonly room: Room
}

/** What is listed beside a manifest, before any of the referrers is opened. `overLimit`: what was more than is read. */
export type Listing = {
  readonly tagged: readonly Candidate[]
  readonly api: readonly Descriptor[]
  readonly fallback: readonly Descriptor[]
  readonly unsigned: readonly UnsignedClaim[]
  readonly overLimit: readonly string[]
}

/** Looks under every tag and in every list that may name signatures, all at once. An outage is thrown. */
export async function listClaims(site: Site): Promise<Listing> {
  const { registry, name, subject, source, room } = site
  const stem = fallbackTag(subject)
  const read = (tag: string) => withinLimit(registry.manifest(name, tag, room.manifest))
  const readTagged = <F extends Tagged>(all: readonly F[], prefix: string) =>
    Promise.all(
      all.flatMap((format) =>
        format.tagSuffixes.map(async (suffix) => ({ format, ...(await read(`${prefix}${stem}${suffix}`)) })),
      ),
    )
  const [referrers, list, signed, unsigned] = await Promise.all([
    listReferrers(site),
    read(stem),
    readTagged(formats, source.tagPrefix),
    readTagged(unsignedFormats, ''),
  ])
  return {
    tagged: signed.flatMap(({ format, value }) =>
      value === undefined ? [] : [{ digest: value.digest, found: 'by-tag', carrier: format.name, fetched: value }],
    ),
    api: referrers.entries,
    fallback: descriptorsOf(list.value),
    unsigned: unsigned.flatMap(({ format, value }) => (value === undefined ? [] : unsignedIn(format, value))),
    overLimit: [referrers, list, ...signed].flatMap(({ overLimit }) => overLimit ?? []),
  }
}

type Tagged = { readonly tagSuffixes: readonly string[] }

/** Opens what is listed and reads every claim in it, wanted kinds first; in an order that does not depend on how they were listed. */
export async function readClaims(site: Site, listing: Listing, own: Uint8Array): Promise<readonly Claim[]> {
  const { needed, spare } = chooseReferrers(listing.api, listing.fallback, site.wanted)
  const opened = [...needed, ...spare].slice(0, site.room.candidates)
  const referrers = await mapLimited(opened, PARALLEL, (one) => openReferrer(site, one))
  const located = [...listing.tagged, ...referrers].map((candidate) => locateClaims(candidate, site.subject))
  const places = located.flatMap((one) => one.places).sort((a, b) => byRank(a, b, site.wanted))
  const { fitting, left } = fittingOf(places, site.room)
  const read = await mapLimited(fitting, PARALLEL, (place) => readClaim(site, place, own))
  const others = ({ hint }: Pick<Place, 'hint'>) => hintRank(hint, site.wanted) === OTHER_KIND
  const hidden = { referrers: needed.slice(opened.length), layers: places.slice(site.room.candidates) }
  const wantedHidden = [...hidden.referrers.map(hintOf), ...hidden.layers].some((one) => !others(one))
  const tooMany = tooManyFault(Math.max(needed.length, places.length), site.room)
  const faults = [
    ...located.flatMap((one) => one.faults),
    ...listing.overLimit.map((detail) => unreadClaim('registry', site.subject, detail)),
    ...tooMany.map((detail) => skippedClaim(site, detail, wantedHidden)),
    ...left.map((one) => {
      const detail = `${one.layer.size} bytes; at most ${MAX_LAYER}, and ${site.room.layers} of all, are read`
      return skippedClaim(site, detail, !others(one))
    }),
  ]
  const source = sourceId(site.source)
  return [...read, ...faults].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)).map((claim) => ({ ...claim, source }))
}

/** The unsigned statements that a manifest of this format holds. */
export function unsignedIn({ name, types }: UnsignedFormat, fetched: FetchedManifest): UnsignedClaim[] {
  const manifest = parseManifest(fetched)
  if (typeof manifest === 'string' || manifest.kind === 'index') return []
  return types(manifest).map((type) => ({ carrier: name, manifest: fetched.digest, type }))
}

/** All referrers; where they are more than is read, those of the kinds that we know, so that junk of other kinds hides none. */
async function listReferrers({ registry, name, subject, room: { manifest: maxBytes } }: Site) {
  const all = await withinLimit(registry.referrers(name, subject, { maxBytes }))
  if (all.overLimit === undefined) return { entries: all.value ?? [] }
  const types = formats.flatMap(({ artifactTypes }) => artifactTypes)
  const known = await Promise.all(
    types.map((artifactType) => withinLimit(registry.referrers(name, subject, { artifactType, maxBytes }))),
  )
  return { entries: known.flatMap(({ value }) => value ?? []), overLimit: all.overLimit }
}

async function openReferrer({ registry, name, room }: Site, { digest, artifactType }: Descriptor): Promise<Candidate> {
  const carrier = announcedFormat(artifactType)
  const candidate = { digest, found: 'as-referrer', ...(carrier !== undefined && { carrier }) } as const
  // Whatever size a list gives it
  const { value, overLimit } = await withinLimit(registry.manifest(name, digest, room.referrer))
  if (overLimit !== undefined) return { ...candidate, unread: overLimit }
  return { ...candidate, ...(value && { fetched: value }) }
}

async function readClaim({ registry, name }: Site, place: Place, own: Uint8Array): Promise<Found> {
  const { format, manifest, layer } = place
  const { value, overLimit } = await withinLimit(registry.blob(name, layer.digest, MAX_LAYER))
  if (overLimit !== undefined) return { ...unreadClaim(format.name, manifest, overLimit), layer: layer.digest }
  const content = readable(() => {
    if (value === undefined) throw new NotReadable('the blob is missing')
    // The room was given out by what layers say of themselves (image-spec, "Verification": the size must match)
    if (value.length !== layer.size) {
      throw new NotReadable(`${value.length} bytes where ${layer.size} are announced`)
    }
    return format.read(layer, value, own)
  })
  return { carrier: format.name, manifest, layer: layer.digest, content }
}

/** The places that are read: so many, and so many bytes of them. Those that do not fit are told of. */
function fittingOf(
  places: readonly Place[],
  room: Room,
): { readonly fitting: readonly Place[]; readonly left: readonly Place[] } {
  const fitting: Place[] = []
  const left: Place[] = []
  let total = 0
  for (const place of places.slice(0, room.candidates)) {
    const { size } = place.layer
    const fits = size <= MAX_LAYER && total + size <= room.layers
    if (fits) total += size
    ;(fits ? fitting : left).push(place)
  }
  return { fitting, left }
}

/** More than is read; where all of it is said to be of kinds that nobody asks for, nothing that is asked for is hidden in it. */
function skippedClaim({ subject }: Site, detail: string, hides: boolean): Found {
  return hides ? unreadClaim('registry', subject, detail) : faultyClaim('registry', subject, 'over-limit', detail)
}

function hintOf({ annotations }: Descriptor): Pick<Place, 'hint'> {
  const hint = annotations['dev.sigstore.bundle.predicateType']
  return hint === undefined ? {} : { hint }
}

function tooManyFault(seen: number, { candidates }: Room): string[] {
  return seen > candidates ? [`${seen} signature candidates; at most ${candidates} are read`] : []
}

function byRank(a: Place, b: Place, wanted: Wanted): number {
  const rank = hintRank(a.hint, wanted) - hintRank(b.hint, wanted)
  return rank || (placeOf({ ...a, layer: a.layer.digest }) < placeOf({ ...b, layer: b.layer.digest }) ? -1 : 1)
}

function placeOf({ manifest, layer }: Pick<Claim, 'manifest' | 'layer'>): string {
  return `${manifest} ${layer}`
}

/** The tag under which pushers list referrers where the registry does not: distribution-spec 1.1, "Referrers Tag Schema". */
export function fallbackTag(subject: Digest): string {
  return subject.replace(':', '-')
}

/** The list that pushers keep under the fallback tag; empty where the tag holds something else. */
export function descriptorsOf(fallback: FetchedManifest | undefined): readonly Descriptor[] {
  const manifest = fallback && parseManifest(fallback)
  return typeof manifest === 'object' && manifest.kind === 'index' ? manifest.manifests : []
}
