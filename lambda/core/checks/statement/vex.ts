import { isObject } from '../../is-object.ts'
import { isVex } from '../../predicate-types.ts'
import { type Fault, seen } from './finding.ts'
import type { Found } from './found.ts'
import { readInstant } from './instant.ts'
import { NO_DOUBT, type Reach, reachOfPackage, reachOfProduct, type Subcomponent, subcomponentOf } from './vex-reach.ts'

/** What one VEX statement says of one vulnerability in the image. `at`: when, in milliseconds. */
type Entry = {
  readonly clears: boolean
  readonly at: number
  readonly product: Reach
  readonly subcomponents: readonly Subcomponent[]
}
/** Entries by the name of the vulnerability, in lower case. */
export type Vex = ReadonlyMap<string, readonly Entry[]>

const STATUSES: readonly unknown[] = ['not_affected', 'affected', 'fixed', 'under_investigation']
const JUSTIFICATIONS: readonly unknown[] = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
]
/** Every find of a vulnerability is held against each. */
const MAX_PER_VULNERABILITY = 500
const MAX_NAMES = 100

/**
 * Reads OpenVEX documents (https://github.com/openvex/spec, v0.2.0 and before), among in-toto statements about the image.
 * A statement without products is about the image; with products only if one of them is the image by its digest.
 */
export function readVex(statements: readonly Readonly<Record<string, unknown>>[], digest: string): Vex | Fault {
  const vex = new Map<string, Entry[]>()
  for (const { predicate } of statements.filter(({ predicateType }) => isVex(predicateType))) {
    if (!isObject(predicate)) return { fault: `a VEX document is ${seen(predicate)}, not an object` }
    if (!Array.isArray(predicate.statements))
      return { fault: `statements of a VEX document is ${seen(predicate.statements)}, not a list` }
    for (const statement of predicate.statements as readonly unknown[]) {
      const fault = addStatement(vex, statement, predicate.timestamp, digest)
      if (fault !== undefined) return fault
    }
  }
  return vex
}

/**
 * Whether the newest word on a find is that the image is not affected, or fixed. Of two with the same time the worse counts,
 * and so does the worse where it is in doubt whether one is meant; what is dated after `now` clears nothing.
 */
export function isCleared({ id, related, purl }: Found, vex: Vex, now: number): boolean {
  const entriesOf = (names: readonly string[]) =>
    [...new Set(names.map((name) => name.toLowerCase()))].flatMap((name) => vex.get(name) ?? [])
  // An advisory that covers several vulnerabilities is not cleared with one of them
  const clearing = entriesOf(related.length === 1 ? [id, ...related] : [id]).filter(
    (entry) =>
      entry.clears && entry.at <= now && entry.product.surely && reachOfPackage(entry.subcomponents, purl).surely,
  )
  const opposing = entriesOf([id, ...related]).filter(
    (entry) => !entry.clears && entry.product.possibly && reachOfPackage(entry.subcomponents, purl).possibly,
  )
  return newest(clearing) > newest(opposing)
}

function newest(entries: readonly Entry[]): number {
  return entries.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY)
}

function addStatement(
  vex: Map<string, Entry[]>,
  statement: unknown,
  documentTime: unknown,
  digest: string,
): Fault | undefined {
  if (!isObject(statement)) return { fault: `a VEX statement is ${seen(statement)}, not an object` }
  const names = namesOf(statement.vulnerability)
  if (names === undefined) return { fault: 'a VEX statement names its vulnerability in a way that is not understood' }
  if (!STATUSES.includes(statement.status))
    return { fault: `the status of ${seen(names[0])} in VEX is ${seen(statement.status)}` }
  const clears = isClearing(statement)
  const at = timeOf(statement, documentTime, clears)
  const products = productsOf(statement, digest)
  if (products === undefined) return { fault: `the products of ${seen(names[0])} in VEX are not understood` }
  for (const name of new Set(names.map((one) => one.toLowerCase()))) {
    const entries = vex.get(name) ?? []
    for (const product of products) if (product.product.possibly) entries.push({ clears, at, ...product })
    const work = entries.reduce((sum, { subcomponents }) => sum + Math.max(subcomponents.length, 1), 0)
    if (work > MAX_PER_VULNERABILITY) {
      return { fault: `VEX says more than ${MAX_PER_VULNERABILITY} things of ${seen(name)}` }
    }
    vex.set(name, entries)
  }
  return undefined
}

/** Before v0.2.0 a vulnerability was but its name. */
function namesOf(vulnerability: unknown): readonly string[] | undefined {
  const { name, aliases = [] } = isObject(vulnerability) ? vulnerability : { name: vulnerability }
  if (typeof name !== 'string' || name === '' || !Array.isArray(aliases) || aliases.length > MAX_NAMES) return undefined
  const others = aliases.filter((one) => typeof one === 'string')
  return others.length === aliases.length ? [name, ...others] : undefined
}

/** The spec asks for a reason why an image is not affected: one of its labels, or words. */
function isClearing({ status, justification, impact_statement: words }: Readonly<Record<string, unknown>>): boolean {
  if (status === 'fixed') return true
  if (status !== 'not_affected') return false
  return justification === undefined || justification === ''
    ? typeof words === 'string' && words.trim() !== ''
    : JUSTIFICATIONS.includes(justification)
}

/** When a statement was made, its own time before that of its document. What does not clear counts from its last change, and always where it has no time. */
function timeOf(statement: Readonly<Record<string, unknown>>, documentTime: unknown, clears: boolean): number {
  const made = readInstant(statement.timestamp ?? documentTime)
  if (clears) return made ?? Number.NEGATIVE_INFINITY
  const changed = statement.last_updated === undefined ? made : readInstant(statement.last_updated)
  return made === undefined || changed === undefined ? Number.POSITIVE_INFINITY : Math.max(made, changed)
}

function productsOf(
  { products, subcomponents }: Readonly<Record<string, unknown>>,
  digest: string,
): readonly Pick<Entry, 'product' | 'subcomponents'>[] | undefined {
  // Before v0.2.0 subcomponents stood beside the products
  const shared = subcomponentsOf(subcomponents ?? [])
  if (shared === undefined) return undefined
  if (products === undefined || products === null) return [{ product: NO_DOUBT, subcomponents: shared }]
  if (!Array.isArray(products)) return undefined
  if (products.length === 0) return [{ product: { surely: false, possibly: true }, subcomponents: shared }]
  const all: Pick<Entry, 'product' | 'subcomponents'>[] = []
  for (const product of products as readonly unknown[]) {
    const own = isObject(product) ? product.subcomponents : undefined
    const parts = subcomponentsOf(own ?? [])
    if (parts === undefined) return undefined
    all.push({ product: reachOfProduct(product, digest), subcomponents: parts.length > 0 ? parts : shared })
  }
  return all
}

function subcomponentsOf(list: unknown): readonly Subcomponent[] | undefined {
  return Array.isArray(list) ? (list as readonly unknown[]).map(subcomponentOf) : undefined
}
