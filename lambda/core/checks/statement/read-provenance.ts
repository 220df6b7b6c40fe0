import { type GitSource, readGitSource } from '../../git-source.ts'
import { isObject } from '../../is-object.ts'
import { type Fault, seen } from './finding.ts'
import { type Place, sourceCommit } from './source-commit.ts'

const SLSA = 'https://slsa.dev/provenance/'
/** BuildKit's build types, of SLSA v0.2 and of v1. */
const BUILDKIT: readonly unknown[] = [
  'https://mobyproject.org/buildkit@v1',
  'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
]

/** Where the source came from, if the provenance names one, and no two. */
export type Sources = GitSource | Fault

/** That provenance names no source at all, which is no fault of it: an image may be assembled from packages. */
export const NO_SOURCE = 'the provenance names no source repository'

/** What provenance says of a build. All but `sources` and `commit` as it stands there; `field` is where `materials` stand. */
export type Provenance = {
  readonly builder: unknown
  readonly buildType: unknown
  readonly sources: Sources
  /** The commit of the source, where it is told and in one way only. */
  readonly commit: { readonly commit?: string } | Fault
  readonly materials: unknown
  readonly field: string
  readonly startedOn: unknown
  readonly finishedOn: unknown
}

/** A place of a source, or one that is not understood, and the field it stands in. */
type Named = Place & { readonly ref?: unknown }
type Parts = Omit<Provenance, 'sources' | 'commit'> & { readonly named: readonly Named[] }

/** Reads SLSA provenance v1, v0.2 and v0.1 (https://slsa.dev/spec). */
export function readProvenance({ predicateType, predicate }: Readonly<Record<string, unknown>>): Provenance | Fault {
  if (!isObject(predicate)) return { fault: `the predicate is ${seen(predicate)}, not an object` }
  const parts = partsOf(predicateType, predicate)
  if (parts === undefined) {
    return { fault: `the predicate type is ${seen(predicateType)}; understood are ${SLSA}v1, v0.2 and v0.1` }
  }
  const sources = sourcesOf(parts)
  return { ...parts, sources, commit: 'fault' in sources ? {} : commitOf(sources, parts) }
}

function partsOf(predicateType: unknown, predicate: Readonly<Record<string, unknown>>): Parts | undefined {
  if (predicateType === `${SLSA}v1`) return partsOfV1(predicate)
  const builder = at(predicate, 'builder', 'id')
  const { materials, buildType, metadata } = predicate
  const [startedOn, finishedOn] = [at(metadata, 'buildStartedOn'), at(metadata, 'buildFinishedOn')]
  const common = { builder, materials, field: 'materials', startedOn, finishedOn }
  if (predicateType === `${SLSA}v0.2`) {
    const source = objectAt(predicate.invocation, 'configSource')
    return { ...common, buildType, named: [placed('invocation.configSource', source)] }
  }
  if (predicateType !== `${SLSA}v0.1`) return undefined
  const recipe = predicate.recipe
  return { ...common, buildType: at(recipe, 'type'), named: recipeSource(recipe, materials) }
}

function partsOfV1({ buildDefinition, runDetails }: Readonly<Record<string, unknown>>): Parts {
  const { workflow, source, configSource } = objectAt(buildDefinition, 'externalParameters')
  const buildType = at(buildDefinition, 'buildType')
  const config = placed('externalParameters.configSource', configSource)
  const others = [
    // GitHub's build types; one that is no object is somebody else's, and not understood
    {
      field: 'externalParameters.workflow',
      uri: isObject(workflow) ? (workflow.repository ?? null) : workflow,
      ref: at(workflow, 'ref'),
    },
    placed('externalParameters.source', source),
  ]
  return {
    builder: at(runDetails, 'builder', 'id'),
    buildType,
    named: BUILDKIT.includes(buildType) ? [config] : [...others, config],
    materials: at(buildDefinition, 'resolvedDependencies'),
    field: 'resolvedDependencies',
    startedOn: at(runDetails, 'metadata', 'startedOn'),
    finishedOn: at(runDetails, 'metadata', 'finishedOn'),
  }
}

/** In v0.1 the recipe lies in one of the materials, told by its place among them. */
function recipeSource(recipe: unknown, materials: unknown): readonly Named[] {
  const place = at(recipe, 'definedInMaterial')
  if (place === undefined) return []
  const material: unknown = Array.isArray(materials) && Number.isInteger(place) ? materials[Number(place)] : undefined
  const field = 'recipe.definedInMaterial'
  return [{ field, uri: at(material, 'uri') ?? null, digest: at(material, 'digest') }]
}

/** The commit that is told where the source is, or, but for BuildKit, in any material that is the source. */
function commitOf(source: GitSource, { named, materials, field, buildType }: Parts): Provenance['commit'] {
  const listed: readonly unknown[] = BUILDKIT.includes(buildType) || !Array.isArray(materials) ? [] : materials
  return sourceCommit(source, [...named, ...listed.map((material) => placed(field, material))])
}

function sourcesOf({ named, materials, field, buildType }: Parts): Sources {
  const given = named.filter(({ uri }) => uri !== undefined && uri !== '')
  // What BuildKit lists beside its context is what a Dockerfile fetched, never where it came from
  const others = BUILDKIT.includes(buildType) || given.length > 0 ? [] : gitMaterials(materials, field)
  const found: { readonly field: string; readonly source: GitSource }[] = []
  for (const one of [...given, ...others]) {
    const source = typeof one.uri === 'string' ? readGitSource(one.uri) : undefined
    if (source === undefined) return { fault: `${one.field} is ${seen(one.uri)}, which names no repository by its URL` }
    found.push({ field: one.field, source })
    if (one.ref === undefined || one.ref === '') continue
    if (typeof one.ref !== 'string') return { fault: `the ref of ${one.field} is ${seen(one.ref)}, not text` }
    found.push({ field: one.field, source: { ...source, ref: one.ref } })
  }
  return agreed(found)
}

function agreed(found: readonly { readonly field: string; readonly source: GitSource }[]): Sources {
  const [first] = found
  if (first === undefined) return { fault: NO_SOURCE }
  const ref = found.find(({ source }) => source.ref !== undefined)?.source.ref
  const other = found.find(
    ({ source }) => source.repository !== first.source.repository || (source.ref !== undefined && source.ref !== ref),
  )
  if (other === undefined) return { repository: first.source.repository, ...(ref !== undefined && { ref }) }
  const [a, b] = [first, other].map(({ field, source }) => `${seen(source.repository)} ${seen(source.ref)} in ${field}`)
  return { fault: `the provenance names several sources: ${a}; ${b}` }
}

function gitMaterials(materials: unknown, field: string): readonly Named[] {
  const uris = Array.isArray(materials) ? materials.map((material: unknown) => at(material, 'uri')) : []
  return uris.filter((uri) => typeof uri === 'string' && /^git\+/i.test(uri)).map((uri) => ({ field, uri }))
}

/** A descriptor as a place; what is no object is taken for its URI. */
function placed(field: string, value: unknown): Named {
  return isObject(value) ? { field, uri: value.uri, digest: value.digest } : { field, uri: value }
}

function objectAt(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const field = at(value, name)
  return isObject(field) ? field : {}
}

/** The value that lies in objects by these names; undefined where there is none. */
function at(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce((inner, name) => (isObject(inner) ? inner[name] : undefined), value)
}
