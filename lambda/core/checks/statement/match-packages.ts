import { RE2JS } from 're2js'
import { folded } from '../../policy/package-rule.ts'
import type { PackageRule } from '../../policy/statement-rules.ts'
import { formatPurl } from '../../purl.ts'
import { fitsComparison } from '../../version-order.ts'
import type { Package } from './package.ts'

/**
 * Finds the rule by which a package is denied. Whatever could be meant counts: any of its names and package URLs, folded,
 * and a version that is missing or cannot be compared for sure.
 */
export function deniedBy(rules: readonly PackageRule[]): (one: Package) => PackageRule | undefined {
  const all = rules.map(compile)
  const any = union(rules)
  return (one) => {
    const names = namesOf(one)
    if (!names.some((name) => any.testExact(name))) return undefined
    const versions = versionsOf(one)
    const found = all.find(({ rule, pattern }) => {
      return names.some((name) => pattern.testExact(name)) && mayFit(rule, versions)
    })
    return found?.rule
  }
}

/**
 * Tells whether a package is allowed. Only what is meant for sure counts: its full name, or all of its package URLs, as
 * they are written, and versions that are there and fit.
 */
export function isAllowedBy(rules: readonly PackageRule[]): (one: Package) => boolean {
  const free = rules.filter(({ versions }) => versions.length === 0)
  const bound = rules.filter(({ versions }) => versions.length > 0)
  const [names, purls] = [union(only(free, 'name')), union(only(free, 'purl'))]
  const compiled = bound.map(compile)
  const [boundNames, boundPurls] = [union(only(bound, 'name')), union(only(bound, 'purl'))]
  return (one) => {
    const name = fullName(one)
    const urls = one.purls.map(({ type, path }) => formatPurl({ type, path }))
    const allUrls = (pattern: RE2JS) => urls.length > 0 && urls.every((url) => pattern.testExact(url))
    if (names.testExact(name) || allUrls(purls)) return true
    if (!boundNames.testExact(name) && !allUrls(boundPurls)) return false
    const versions = versionsOf(one)
    return compiled.some(({ rule, pattern }) => {
      return (rule.by === 'name' ? pattern.testExact(name) : allUrls(pattern)) && surelyFit(rule, versions)
    })
  }
}

/** A package as people name it: what it is called, and its version. */
export function describePackage(one: Package): string {
  const [purl] = one.purls
  const version = one.version ?? purl?.version
  return `${purl === undefined ? fullName(one) : formatPurl({ type: purl.type, path: purl.path })} ${version ?? 'without a version'}`
}

function namesOf({ name, group, purls }: Package): string[] {
  const names = [name, ...(group === undefined ? [] : [`${group}/${name}`]), ...purls.map(({ path }) => path)].map(
    folded,
  )
  const last = names.map((text) => text.slice(text.lastIndexOf('/') + 1))
  const urls = purls.map(({ type, path }) => folded(formatPurl({ type, path })))
  return [...new Set([...names, ...last, ...urls])]
}

function fullName({ name, group }: Package): string {
  return group === undefined ? name : `${group}/${name}`
}

function versionsOf({ version, purls }: Package): string[] {
  const all = [version, ...purls.map((purl) => purl.version)]
  return [...new Set(all.filter((one) => one !== undefined))]
}

function mayFit({ versions }: PackageRule, seen: readonly string[]): boolean {
  if (versions.length === 0 || seen.length === 0) return true
  return seen.some((version) => versions.every((wanted) => fitsComparison(wanted, version) !== false))
}

function surelyFit({ versions }: PackageRule, seen: readonly string[]): boolean {
  return (
    seen.length > 0 && seen.every((version) => versions.every((wanted) => fitsComparison(wanted, version) === true))
  )
}

function compile(rule: PackageRule): { readonly rule: PackageRule; readonly pattern: RE2JS } {
  return { rule, pattern: RE2JS.compile(rule.pattern) }
}

function only(rules: readonly PackageRule[], by: PackageRule['by']): PackageRule[] {
  return rules.filter((rule) => rule.by === by)
}

/** One pattern for many: it takes one walk over a text, however many they are. Of none: only what has no name. */
function union(rules: readonly PackageRule[]): RE2JS {
  return RE2JS.compile(rules.map(({ pattern }) => `(?:${pattern})`).join('|'))
}
