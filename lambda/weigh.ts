import type { GatheredBase } from './bases/gather-base.ts'
import { type ImageFacts, imageFacts } from './core/attested/image-facts.ts'
import { asksForPlatforms, decide } from './core/decide.ts'
import { demandId, type Evidence } from './core/evidence.ts'
import { type Digest, type ImageId, isSameImage } from './core/image.ts'
import { asksConfig, asksContents, asksSignature, sigstoreAuthorities } from './core/policy/authorities.ts'
import type { Demand, Policy } from './core/policy/policy.ts'
import { sourcesOf } from './core/policy/sources.ts'
import { PREDICATE_TYPES, VEX_TYPES } from './core/predicate-types.ts'
import type { Verdict } from './core/verdict.ts'
import type { Wanted } from './formats/wanted.ts'
import { gather, type Reading } from './gather.ts'
import { gatherPlatforms } from './gather-platforms.ts'
import type { Registry } from './ports.ts'
import { roomFor } from './room.ts'
import { authenticator, type Trusted } from './trust/authenticate.ts'

/** What an image is weighed by: where to read, the policies that match it, whom to trust, and when. */
export type Scales = {
  readonly registryOf: (host: string) => Registry
  readonly policies: readonly Policy[]
  readonly policyHash: string
  readonly trusted: Trusted
  /** Finds out what an image stands on, where any BaseImage is declared. */
  readonly baseOf?: (reading: Reading, evidence: Evidence) => Promise<GatheredBase>
}

/** What an image comes to. `elsewhere`: what else evidence was looked for on: the platforms of an index, and digests in other repositories. */
export type Weighed = {
  readonly verdict: Verdict
  readonly evidence: Evidence
  readonly elsewhere: readonly ImageId[]
  readonly base?: GatheredBase
  /** What is attested of it, where that was asked for. */
  readonly facts?: ImageFacts
}

/** Gather, authenticate, decide: one way for a push, for the command line and for a replay. Undefined: there is no such image. */
export async function weigh(scales: Scales, id: ImageId): Promise<Weighed | undefined> {
  const { policies, policyHash } = scales
  const reading = readingFor(scales)
  const evidence = await gather(reading, id)
  if (evidence === undefined) return undefined
  const authenticate = authenticator(demandsOf(policies), scales.trusted)
  const claims = authenticate(evidence.claims, id.digest)
  const { now } = scales.trusted
  const gathered = await scales.baseOf?.(reading, evidence)
  const base = gathered && { base: gathered }
  const subject = { evidence, claims, now, ...(gathered && { base: gathered.evidence }) }
  const first = decide(policies, subject, policyHash)
  const facts = gathered && imageFacts(policies, subject)
  if (!asksForPlatforms(policies, evidence, first) && !(facts && lacksFacts(policies, evidence, facts))) {
    return {
      verdict: first,
      evidence,
      elsewhere: elsewhereOf(reading, id, [id.digest]),
      ...base,
      ...(facts && { facts }),
    }
  }
  const read = await gatherPlatforms(reading, evidence)
  const platforms = read.map((one) => ({ ...one, claims: authenticate(one.claims, one.digest) }))
  const whole = { ...subject, platforms }
  const verdict = decide(policies, whole, policyHash)
  return {
    verdict,
    evidence,
    ...base,
    ...(gathered && { facts: imageFacts(policies, whole) }),
    elsewhere: elsewhereOf(reading, id, [id.digest, ...read.map(({ digest }) => digest)]),
  }
}

/** Chainguard and others attest platforms, not the index: those of a base are read for what it holds and how it was built. */
function lacksFacts(
  policies: readonly Policy[],
  { children = [] }: Evidence,
  { contents, provenance }: ImageFacts,
): boolean {
  if (children.length === 0 || !policies.some(({ kind }) => kind === 'BaseImage')) return false
  return contents.length === 0 || provenance.length === 0
}

function elsewhereOf({ sources }: Reading, image: ImageId, digests: readonly Digest[]): ImageId[] {
  const places = sources.flatMap(({ repository = image }) =>
    digests.map((one) => ({ host: repository.host, name: repository.name, digest: one })),
  )
  return places.filter((one) => !isSameImage(one, image))
}

function readingFor({ registryOf, policies }: Scales): Reading {
  const authorities = sigstoreAuthorities(policies)
  const attestations = authorities.flatMap((one) => one.attestations)
  const wanted: Wanted = {
    signature: authorities.some(asksSignature),
    predicateTypes: attestations
      .flatMap(({ predicateType, vulnerabilities }) => [predicateType, ...(vulnerabilities?.vex ? VEX_TYPES : [])])
      .concat(policies.some(asksContents) ? PREDICATE_TYPES.sbom : []),
    config: policies.some(asksConfig),
  }
  return { registryOf, sources: sourcesOf(policies), wanted, room: roomFor(1) }
}

/** Every distinct demand of the policies: each signature is checked once against each. */
function demandsOf(policies: readonly Policy[]): Demand[] {
  return [...new Map(sigstoreAuthorities(policies).map(({ demand }) => [demandId(demand), demand])).values()]
}
