import { isObject } from '../../is-object.ts'
import { isImagePurl, type Purl, parsePurl } from '../../purl.ts'

/** How a part of a VEX statement fits: `surely` without any doubt, for what clears; `possibly` for what does not. */
export type Reach = { readonly surely: boolean; readonly possibly: boolean }

/** A subcomponent by its package URLs; one that is named otherwise may be anything. */
export type Subcomponent = readonly Purl[]

/** Qualifiers by which a package URL means one platform of an index. */
const NARROWING = ['arch', 'os', 'platform', 'variant']
/** It is meant. */
export const NO_DOUBT: Reach = { surely: true, possibly: true }

/** Whether a product is the image of this digest, told by a hash or by an identifier with the digest in it. */
export function reachOfProduct(product: unknown, digest: string): Reach {
  const named = identifiersOf(product).map(imageIn)
  const hashes = isObject(product) && isObject(product.hashes) ? product.hashes : {}
  const hashed = [hashes['sha-256'], hashes.sha256].filter((hash) => typeof hash === 'string')
  const digests = [...named.flatMap((one) => one.digest ?? []), ...hashed.map((hash) => `sha256:${hash.toLowerCase()}`)]
  if (!digests.includes(digest)) return { surely: false, possibly: false }
  return { surely: digests.every((one) => one === digest) && !named.some((one) => one.narrowed), possibly: true }
}

/** Whether a package is one of the subcomponents; where there are none, the product is meant with all that is in it. */
export function reachOfPackage(subcomponents: readonly Subcomponent[], found: Purl | undefined): Reach {
  if (subcomponents.length === 0) return NO_DOUBT
  if (found === undefined) return { surely: false, possibly: true }
  return {
    surely: subcomponents.some((purls) => purls.length > 0 && purls.every((purl) => isWithin(purl, found))),
    possibly: subcomponents.some((purls) => purls.length === 0 || purls.some((purl) => isSameName(purl, found))),
  }
}

/** The package URLs by which a component is named. */
export function subcomponentOf(component: unknown): Subcomponent {
  return identifiersOf(component).flatMap((text) => parsePurl(text) ?? [])
}

function identifiersOf(component: unknown): string[] {
  if (typeof component === 'string') return [component]
  if (!isObject(component)) return []
  const { '@id': id, identifiers } = component
  const all = [id, isObject(identifiers) ? identifiers.purl : undefined]
  return all.filter((text) => typeof text === 'string')
}

function imageIn(text: string): { readonly digest?: string; readonly narrowed: boolean } {
  const purl = parsePurl(text)
  const version = purl === undefined ? text.slice(text.lastIndexOf('@') + 1) : purl.version
  if (version === undefined || !/^sha256:[0-9a-f]{64}$/i.test(version)) return { narrowed: false }
  const narrowed = purl !== undefined && (!isImagePurl(purl) || NARROWING.some((key) => purl.qualifiers.has(key)))
  return { digest: version.toLowerCase(), narrowed }
}

function isSameName(wanted: Purl, found: Purl): boolean {
  return wanted.type === found.type && wanted.path === found.path
}

/** As OpenVEX compares package URLs: what one says the other must say too, and may say more. */
function isWithin(wanted: Purl, found: Purl): boolean {
  if (!isSameName(wanted, found) || (wanted.version !== undefined && wanted.version !== found.version)) return false
  return [...wanted.qualifiers].every(([key, value]) => found.qualifiers.get(key) === value)
}
