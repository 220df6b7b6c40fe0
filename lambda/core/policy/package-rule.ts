import { RE2JS } from 're2js'
import { formatPurl, parsePurl, splitVersion } from '../purl.ts'
import { isOrdered } from '../version-order.ts'
import type { Comparison, PackageRule } from './statement-rules.ts'

const LONGEST = 512
const VERSIONS = 'a version is one version, or compared by <, <=, > or >=; two comparisons are joined by a comma'

/** The form in which denied packages are compared: tools differ in case, in `-`, `_` and `.`, and in what joins a group and a name. */
export function folded(text: string): string {
  return text.trim().toLowerCase().replace(/[_.]/g, '-').replaceAll(':', '/')
}

/** Reads an entry of a list of packages, `pkg:TYPE/NAME[@VERSION]` or `NAME[@VERSION]`, names with globs; returns the reason as text when it cannot. */
export function readPackageRule(source: string, list: 'denied' | 'allowed'): PackageRule | string {
  if (source.length > LONGEST) return `${source.length} characters; at most ${LONGEST} are allowed`
  const by = /^pkg:/i.test(source) ? 'purl' : 'name'
  if (by === 'purl' && /[?#]/.test(source)) return 'has qualifiers or a subpath; these are never compared'
  const purl = by === 'purl' ? parsePurl(source) : undefined
  if (by === 'purl' && purl === undefined) return 'not a package URL: pkg:TYPE/NAME or pkg:TYPE/NAME@VERSION'
  const named = purl === undefined ? splitVersion(source) : splitVersion(source.slice('pkg:'.length))
  const glob = purl === undefined ? named.name : formatPurl({ type: purl.type, path: purl.path })
  if (glob === '' || /[\s\p{Cc}]/u.test(glob)) return 'a name has no spaces'
  if (list === 'allowed' && /^[*/]+$/.test(glob)) return 'would allow every package'
  const versions = named.version === undefined ? [] : readVersions(purl?.version ?? named.version)
  if (typeof versions === 'string') return versions
  return { source, by, pattern: translate(glob, list), versions }
}

function readVersions(text: string): readonly Comparison[] | string {
  const parts = text.split(',').map((part) => /^\s*(<=|>=|<|>|=|)\s*([^\s<>=]+)\s*$/.exec(part))
  const versions = parts.flatMap((part): Comparison[] => {
    const [, is = '', version = ''] = part ?? []
    return version === '' ? [] : [{ is: (is || '=') as Comparison['is'], version }]
  })
  if (versions.length !== parts.length || versions.length > 2) return VERSIONS
  if (versions.some(({ version }) => /[*^~]/.test(version[0] ?? '') || version.includes('*'))) return VERSIONS
  // Other tools' ways to write a range: as a version it would match nothing
  const range = versions.find(({ version }) =>
    /\|\||^latest$|(^|\.)x(\.|$)|^v?\d+(\.\d+)+-v?\d+(\.\d+)+$/i.test(version),
  )
  if (range !== undefined) return `"${range.version}" is no version; ${VERSIONS}`
  const ranges = versions.filter(({ is }) => is !== '=')
  if (ranges.length !== versions.length && versions.length > 1) return VERSIONS
  const odd = ranges.find(({ version }) => !isOrdered(version))
  return odd === undefined ? versions : `"${odd.version}" begins with no number, so nothing is less or more than it`
}

function translate(glob: string, list: 'denied' | 'allowed'): string {
  return glob
    .split(/(\*\*|\*)/)
    .map((part, index) => {
      if (index % 2 === 1) return part === '*' ? '[^/]*' : '(?s:.*)'
      return RE2JS.quote(list === 'denied' ? folded(part) : part)
    })
    .join('')
}
