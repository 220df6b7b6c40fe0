import type { TextMatch } from './policy.ts'

/** Severities, the worst first. `unknown`: the scanner gives none. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const
export type Severity = (typeof SEVERITIES)[number]

/** The SBOM formats that are read, all as JSON. */
export const SBOM_FORMATS = [
  'spdx-2.2',
  'spdx-2.3',
  'cyclonedx-1.2',
  'cyclonedx-1.3',
  'cyclonedx-1.4',
  'cyclonedx-1.5',
  'cyclonedx-1.6',
  'cyclonedx-1.7',
] as const
export type SbomFormat = (typeof SBOM_FORMATS)[number]

/** What SLSA provenance must say; what is absent is not asked for. Repositories are compared as `readGitSource` writes them. */
export type ProvenanceRule = {
  readonly builder?: TextMatch
  readonly buildType?: TextMatch
  readonly sourceRepository?: TextMatch
  readonly sourceRef?: TextMatch
}

/** What a version is compared with; `=` is one version. */
export type Comparison = { readonly is: '=' | '<' | '<=' | '>' | '>='; readonly version: string }

/**
 * Packages that an entry of a list means. `pattern` (RE2, matched in full) is over a purl without version, qualifiers and
 * subpath, or over a name; in `denied` over their folded form. All of `versions` must fit; none: any version.
 */
export type PackageRule = {
  /** The text a person wrote. */
  readonly source: string
  readonly by: 'purl' | 'name'
  readonly pattern: string
  readonly versions: readonly Comparison[]
}

/** What an SBOM must be and hold. `allowed` absent: any package; `max` absent: any number of them. */
export type SbomRule = {
  readonly formats: readonly SbomFormat[]
  readonly denied: readonly PackageRule[]
  readonly allowed?: readonly PackageRule[]
  readonly min: number
  readonly max?: number
}

/** What a scan may find. `most`: how many of a severity may be left; one that is absent is not limited. `maxAge` in seconds. */
export type VulnerabilityRule = {
  readonly most: Readonly<Partial<Record<Severity, number>>>
  readonly maxAge?: number
  readonly ignoreUnfixed: boolean
  readonly vex: boolean
}
