import { type Fault, seen } from './checks/statement/finding.ts'
import { readInstant } from './checks/statement/instant.ts'
import { NO_SOURCE, type Provenance, readProvenance } from './checks/statement/read-provenance.ts'

const LONGEST = 2_048

/**
 * What SLSA provenance tells of a build, each fact only where it is told in one way. `startedOn` and `finishedOn` are ISO 8601
 * in UTC. `fault`: the first thing that is told but not understood, or in two ways; the other facts stand.
 */
export type ProvenanceFacts = {
  readonly builder?: string
  readonly buildType?: string
  readonly repository?: string
  readonly commit?: string
  readonly ref?: string
  readonly startedOn?: string
  readonly finishedOn?: string
  readonly fault?: string
}

/** A fact that was read, or why not; neither where nothing is told. */
type Fact = { readonly value?: string } | Fault

/**
 * Reads a SLSA statement of v1, v0.2 or v0.1, and never throws. Where BuildKit was given a directory, no source is told: the
 * repository that its client names beside (`vcs`) is checked by nobody.
 */
export function provenanceFacts(statement: Readonly<Record<string, unknown>>): ProvenanceFacts {
  const provenance = readProvenance(statement)
  if ('fault' in provenance) return { fault: provenance.fault }
  const facts: Readonly<Record<keyof Omit<ProvenanceFacts, 'fault'>, Fact>> = {
    builder: text('the builder', provenance.builder),
    buildType: text('the build type', provenance.buildType),
    ...sourceFacts(provenance),
    startedOn: instant('the start of the build', provenance.startedOn),
    finishedOn: instant('the end of the build', provenance.finishedOn),
  }
  const told = Object.entries(facts).flatMap(([name, fact]): [string, string][] =>
    'value' in fact && fact.value !== undefined ? [[name, fact.value]] : [],
  )
  const fault = Object.values(facts).find((fact) => 'fault' in fact)?.fault
  return { ...Object.fromEntries(told), ...(fault !== undefined && { fault }) }
}

function sourceFacts({ sources, commit }: Provenance): Readonly<Record<'repository' | 'commit' | 'ref', Fact>> {
  if ('fault' in sources) {
    return { repository: sources.fault === NO_SOURCE ? {} : sources, commit: {}, ref: {} }
  }
  return {
    repository: text('the source repository', sources.repository),
    commit: 'fault' in commit ? commit : text('the commit', commit.commit),
    ref: text('the source ref', sources.ref),
  }
}

function text(part: string, value: unknown): Fact {
  if (value === undefined || value === null || value === '') return {}
  if (typeof value !== 'string') return { fault: `${part} is ${seen(value)}, not text` }
  return value.length > LONGEST ? { fault: `${part} has ${value.length} characters` } : { value: value.toWellFormed() }
}

function instant(part: string, value: unknown): Fact {
  if (value === undefined || value === null || value === '') return {}
  const at = readInstant(value)
  return at === undefined
    ? { fault: `${part} is ${seen(value)}, not an instant such as 2026-11-22T12:00:00Z` }
    : { value: new Date(at).toISOString() }
}
