import { describeSigner } from '../checks/authority.ts'
import type { Subject } from '../checks/judged.ts'
import { END_OF_LIFE, type EndOfLife, endOfLife } from '../end-of-life.ts'
import type { Signer } from '../evidence.ts'
import { fitting } from '../fitting.ts'
import { type ImageContents, imageContents } from '../image-contents.ts'
import type { Policy } from '../policy/policy.ts'
import { PREDICATE_TYPES } from '../predicate-types.ts'
import { type ProvenanceFacts, provenanceFacts } from '../provenance-facts.ts'
import { attestedOf } from './attested.ts'

/** A fact and whose word it is; of one platform, where that has statements of its own. */
type Said<Fact> = Fact & { readonly platform?: string; readonly signedBy: string }

/** What is attested of an image by those whom its policies trust: what it holds, how it was built, and that its main package is at its end. */
export type ImageFacts = {
  readonly contents: readonly Said<ImageContents>[]
  readonly provenance: readonly Said<ProvenanceFacts>[]
  readonly endOfLife?: Said<EndOfLife>
}

/**
 * Reads what is attested of an image; of a base, by BaseImages alone: whether a rebuild changed a package is no matter of whoever else may sign
 * something of it. Statements that are not understood tell nothing.
 */
export function imageFacts(all: readonly Policy[], subject: Subject): ImageFacts {
  const bases = all.filter(({ kind }) => kind === 'BaseImage')
  const policies = bases.length > 0 ? bases : all
  const contents: Said<ImageContents>[] = []
  for (const { statement, ...of } of attestedOf(policies, subject, PREDICATE_TYPES.sbom)) {
    const read = imageContents(statement)
    if (!('fault' in read)) contents.push({ ...read, ...said(of) })
  }
  const provenance: Said<ProvenanceFacts>[] = []
  for (const { statement, ...of } of attestedOf(policies, subject, PREDICATE_TYPES.provenance))
    provenance.push({ ...provenanceFacts(statement), ...said(of) })
  const [ended] = attestedOf(policies, subject, [END_OF_LIFE])
  return { contents, provenance, ...(ended && { endOfLife: { ...endOfLife(ended.statement), ...said(ended) } }) }
}

function said({ platform, signer }: { readonly platform?: string; readonly signer: Signer }) {
  return { ...(platform !== undefined && { platform }), signedBy: describeSigner(signer) }
}

/** Facts as an image's item keeps them: it stays small. */
export type KeptFacts = {
  readonly contents: readonly Said<Omit<ImageContents, 'packages'> & { readonly packages: readonly string[] }>[]
  readonly provenance: ImageFacts['provenance']
  readonly endOfLife?: ImageFacts['endOfLife']
}

const MAX_BYTES = 100_000
const LONGEST = 100
type Most = { readonly platforms: number; readonly packages: number; readonly builds: number }
const USUAL: Most = { platforms: 4, packages: 200, builds: 4 }
const FEWER: Most = { platforms: 4, packages: 50, builds: 1 }
const FEWEST: Most = { platforms: 4, packages: 10, builds: 0 }

/** The facts of some platforms, with the names of some packages. */
export function keptFacts(facts: ImageFacts): KeptFacts {
  return fitting([() => kept(facts, USUAL), () => kept(facts, FEWER), () => kept(facts, FEWEST)], MAX_BYTES)
}

function kept({ contents, provenance, endOfLife: ended }: ImageFacts, most: Most): KeptFacts {
  return {
    contents: contents.slice(0, most.platforms).map(({ packages, ...rest }) => ({
      ...rest,
      packages: packages
        .slice(0, most.packages)
        .map(({ name, version }) => `${name} ${version ?? ''}`.trim().slice(0, LONGEST).toWellFormed()),
    })),
    provenance: provenance.slice(0, most.builds),
    ...(ended && { endOfLife: ended }),
  }
}
