import { describeSigner } from './checks/authority.ts'
import { type Digest, formatImage } from './image.ts'
import type { ImageRecord } from './status.ts'

/** One link from source to image; `ok` false: here the chain is broken, and `why`. */
export type Link = { readonly ok: boolean; readonly why?: string } & (
  | {
      readonly link: 'source'
      readonly repository?: string
      readonly commit?: string
      readonly ref?: string
      readonly signedBy?: string
    }
  | {
      readonly link: 'build'
      readonly builder?: string
      readonly buildType?: string
      readonly finishedOn?: string
      readonly signedBy?: string
    }
  | {
      readonly link: 'image'
      readonly image: string
      readonly digest: Digest
      readonly state: string
      readonly signedBy: readonly string[]
    }
  | {
      readonly link: 'base'
      readonly image?: string
      readonly digest?: Digest
      readonly rung: string
      readonly vouchedFor: readonly string[]
    }
)

/** An image with how it came to be: its source, its build, and the base it stands on, which is the next of the list. */
export type Trusted = { readonly image: string; readonly digest: Digest; readonly links: readonly Link[] }

/** The way from source to image for an image and for each base it stands on, the topmost first; `broken`: where it cannot be followed, for people. */
export type ChainOfTrust = {
  readonly unbroken: boolean
  readonly broken: readonly string[]
  readonly images: readonly Trusted[]
}

/** Walks from an image to what it stands on. `records`: the image, then its base, then that one's base, as far as they are known. */
export function chainOfTrust(records: readonly ImageRecord[]): ChainOfTrust {
  const images = records.map(trusted)
  const broken = images.flatMap(({ image, links }) =>
    links.flatMap(({ link, ok, why }) => (ok ? [] : [`${image}: ${link}: ${why}`])),
  )
  return { unbroken: broken.length === 0, broken, images }
}

function trusted(record: ImageRecord, at: number, all: readonly ImageRecord[]): Trusted {
  const { host, name, digest } = record
  const image = formatImage({ host, name, digest })
  return { image, digest, links: [...builtBy(record), itself(record), ...standsOn(record, at + 1 < all.length)] }
}

/** By its attested provenance; of several platforms the one that tells least. */
function builtBy({ facts }: ImageRecord): Link[] {
  const all = facts?.provenance ?? []
  const told = all.toSorted((a, b) => Object.keys(a).length - Object.keys(b).length)[0]
  if (told === undefined) {
    const why = 'nobody whom its policies trust attests how it was built'
    return [
      { link: 'source', ok: false, why },
      { link: 'build', ok: false, why },
    ]
  }
  const { repository, commit, ref, builder, buildType, finishedOn, signedBy, fault } = told
  const source = { ...(repository && { repository }), ...(commit && { commit }), ...(ref && { ref }), signedBy }
  const build = {
    ...(builder && { builder }),
    ...(buildType && { buildType }),
    ...(finishedOn && { finishedOn }),
    signedBy,
  }
  const noSource = fault ?? 'its provenance names no source repository'
  const noCommit = fault ?? 'its provenance names no commit'
  const why = repository === undefined ? noSource : commit === undefined ? noCommit : undefined
  return [
    { link: 'source', ok: why === undefined, ...(why && { why }), ...source },
    builder === undefined
      ? { link: 'build', ok: false, why: fault ?? 'its provenance names no builder', ...build }
      : { link: 'build', ok: true, ...build },
  ]
}

function itself({ host, name, digest, state, signers }: ImageRecord): Link {
  const image = {
    link: 'image' as const,
    image: formatImage({ host, name, digest }),
    digest,
    state,
    signedBy: signers.map(describeSigner),
  }
  return state === 'verified' ? { ...image, ok: true } : { ...image, ok: false, why: `its state is ${state}` }
}

/** The base below it; the last base of a chain stands on nothing, and says so without breaking it. */
function standsOn({ base, standing }: ImageRecord, goesOn: boolean): Link[] {
  if (base === undefined) {
    return [
      {
        link: 'base',
        ok: false,
        why: 'no BaseImage is declared, so bases are not looked for',
        rung: 'none',
        vouchedFor: [],
      },
    ]
  }
  const { rung, image, digest, by = [], message } = base
  const link = { link: 'base' as const, rung, vouchedFor: by, ...(image !== undefined && digest && { image, digest }) }
  if (goesOn)
    return [rung === 'verified' || rung === 'fresh' ? { ...link, ok: true } : { ...link, ok: false, why: message }]
  // What is a base itself may begin from scratch
  const isFirst = rung === 'none' && (standing?.vouched.length ?? 0) > 0
  return isFirst ? [] : [{ ...link, ok: false, why: message }]
}
