import { readProvenance } from './checks/statement/read-provenance.ts'
import { type ClaimedImage, claimedImage } from './claimed-image.ts'
import { dependencyImage } from './dependency-image.ts'

/** That an image has a base, as it is written somewhere: nothing of it has been believed. `signed`: of provenance, whether its signature was proved. */
export type BaseClaim = ClaimedImage & {
  readonly from: 'annotation' | 'label' | 'provenance'
  readonly field: string
  readonly signed?: boolean
}

type Texts = Readonly<Record<string, unknown>>

/** Where claims are found: `annotations` of the index and of the image, each apart; `labels` of the image config. */
export type ClaimSources = {
  readonly annotations?: readonly Texts[]
  readonly labels?: Texts
  readonly statements?: readonly { readonly statement: Texts; readonly signed: boolean }[]
}

const MOST = 20
const NAME = 'org.opencontainers.image.base.name'
const DIGEST = 'org.opencontainers.image.base.digest'

/**
 * What an image claims its base to be: signed provenance, unsigned provenance, annotations, labels; at most 20. Left out is
 * what tells no more than a claim before it. However long provenance is, annotations and labels keep their places.
 *
 * Provenance lists all that a build used: stages that were thrown away and BuildKit's own images are claims that will not prove.
 */
export function baseClaims({ annotations = [], labels = {}, statements = [] }: ClaimSources): readonly BaseClaim[] {
  const written = [...annotations.flatMap((texts) => claimOf('annotation', texts)), ...claimOf('label', labels)].slice(
    0,
    MOST,
  )
  const bySignature = [true, false].flatMap((signed) => statements.filter((one) => one.signed === signed))
  return withoutRepeats([...withoutRepeats(claimsIn(bySignature), MOST - written.length), ...written], MOST)
}

/** Whether any claim says what to look for. */
export function hasBaseHint(claims: readonly BaseClaim[]): boolean {
  return claims.some(({ name, digest }) => name !== undefined || digest !== undefined)
}

/** Name and digest stand for one image: https://github.com/opencontainers/image-spec/blob/main/annotations.md */
function claimOf(from: 'annotation' | 'label', texts: Texts): readonly BaseClaim[] {
  const [name, digest] = [textAt(texts, NAME), textAt(texts, DIGEST)]
  const image = claimedImage({ reference: name, digests: [digest] })
  return image === undefined ? [] : [{ from, field: name === undefined ? DIGEST : NAME, ...image }]
}

function textAt(texts: Texts, key: string): string | undefined {
  const text = Object.hasOwn(texts, key) ? texts[key] : undefined
  return typeof text === 'string' && text !== '' ? text : undefined
}

function* claimsIn(statements: NonNullable<ClaimSources['statements']>): Generator<BaseClaim> {
  for (const { statement, signed } of statements) {
    const provenance = readProvenance(statement)
    if ('fault' in provenance || !Array.isArray(provenance.materials)) continue
    const materials: readonly unknown[] = provenance.materials
    for (const [index, material] of materials.entries()) {
      const image = dependencyImage(material)
      if (image !== undefined) yield { from: 'provenance', field: `${provenance.field}[${index}]`, signed, ...image }
    }
  }
}

function withoutRepeats(claims: Iterable<BaseClaim>, most: number): readonly BaseClaim[] {
  const kept: BaseClaim[] = []
  for (const claim of claims) {
    if (kept.length >= most) break
    if (!kept.some((before) => addsNothing(claim, before))) kept.push(claim)
  }
  return kept
}

function addsNothing(claim: BaseClaim, before: BaseClaim): boolean {
  const [told, known] = [partsOf(claim), partsOf(before)]
  return claim.fault === before.fault && told.every((part, index) => part === undefined || part === known[index])
}

function partsOf({ name, digest, platform }: BaseClaim): readonly (string | undefined)[] {
  return [name?.host, name?.name, name?.tag, digest, platform]
}
