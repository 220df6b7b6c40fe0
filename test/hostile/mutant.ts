import type { Proof } from '../../lambda/core/evidence.ts'
import type { Descriptor, FetchedManifest } from '../../lambda/core/manifest.ts'
import type { Demand } from '../../lambda/core/policy/policy.ts'

/** What is changed. The last three are signed, issued or logged for real afterwards, so that parsing behind the cryptography is reached. */
export const KINDS = [
  'bundle',
  'text',
  'certificate',
  'timestamp',
  'log body',
  'payload',
  'signature',
  'annotations',
  'legacy layer',
  'manifest',
  'signed payload',
  'issued certificate',
  'logged body',
] as const
export type Kind = (typeof KINDS)[number]

/** Bytes as they come out of a registry, with what leads to them. */
export type Input =
  | { readonly carrier: 'bundle'; readonly bytes: Buffer }
  | { readonly carrier: 'legacy'; readonly layer: Descriptor; readonly bytes: Buffer }
  | { readonly carrier: 'manifest'; readonly fetched: FetchedManifest }

/** Good evidence, and the demand that it meets. `times`: those at which it may be said to have been signed. */
export type Specimen = {
  readonly name: string
  readonly input: Input
  readonly demand: Demand
  readonly times: readonly string[]
}

export type Mutant = { readonly kind: Kind; readonly specimen: Specimen; readonly input: Input }

/** How a mutant came out: `problem` where it must not have. `fields` are those that were changed under a yes. */
export type Judgement = {
  readonly outcome: string
  readonly problem?: string
  readonly fields?: readonly string[]
  readonly proof?: Proof
}
