import { trustNamedBy } from './authorities.ts'
import { baseFaults, baseWarnings } from './base-faults.ts'
import { missingResources, type Resources } from './beyond.ts'
import { captureFaults } from './capture-faults.ts'
import { compileBaseImage, compileDenyList, compileEnforcement, compilePolicy } from './compile.ts'
import { type PolicyDocument, type PolicyFile, readDocuments } from './documents.ts'
import { type ExpressionTexts, expressionFaults } from './expressions.ts'
import { policyHash } from './hash.ts'
import type { Fault } from './issues.ts'
import { isPolicy, type Parsed, type ParsedPolicy, parseDocument } from './kinds.ts'
import { formatPath } from './path.ts'
import {
  type BaseImage,
  DEFAULT_ROOT,
  type DenyList,
  type Enforcement,
  type Mirror,
  type Policy,
  type PolicyProblem,
  type PolicySet,
  type TrustedRoots,
} from './policy.ts'
import { resolveRoot } from './roots.ts'
import { secretKeys } from './secrets.ts'
import { warningsOf } from './warnings.ts'

/** What the installation brings along. */
export type LoadOptions = {
  /** The text of a file that a policy file names; undefined where there is none. */
  readonly readFile?: (path: string) => string | undefined
  /** Trusted roots that policies may name without declaring them; they become part of the set. */
  readonly roots?: TrustedRoots
  /** What has been fetched from the TUF repositories that policies declare, by their names. */
  readonly fetched?: TrustedRoots
  /** What has been fetched of the KMS keys that policies name: PEM by ARN. */
  readonly keys?: Readonly<Record<string, string>>
}

/** The set, and everything wrong or odd in the files. With any error among the problems the set is not to be used. */
export type LoadedPolicies = { readonly set: PolicySet; readonly problems: readonly PolicyProblem[] }

type Entry = { readonly parsed: Parsed; readonly source: PolicyDocument }
type Report = (source: PolicyDocument, faults: readonly Fault[], severity?: PolicyProblem['severity']) => void

/** Reads policy files, all documents of all files together, so that one may refer to another. Never throws. */
export function loadPolicies(files: readonly PolicyFile[], options: LoadOptions = {}): LoadedPolicies {
  const { readFile = () => undefined, roots: installed = {}, fetched = {}, keys = {} } = options
  const problems: PolicyProblem[] = []
  const report: Report = (source, faults, severity = 'error') => {
    for (const { path, of, message } of faults) {
      problems.push({ at: source.at(path, of), path: formatPath(path), message, severity })
    }
  }

  const read = files.map(readDocuments)
  problems.push(...read.flatMap((file) => file.problems))
  const entries = readEntries(
    read.flatMap(({ documents }) => documents),
    report,
  )
  const supplied = new Set([DEFAULT_ROOT, ...Object.keys(installed)])
  const kept = withoutRepeats(entries, supplied, report)
  const declared = kept.flatMap(({ parsed }) => (isRoot(parsed.kind) ? parsed.document.metadata.name : []))
  const known = new Set([...supplied, ...declared])
  const baseNames = kept.flatMap(({ parsed }) => (parsed.kind === 'BaseImage' ? parsed.document.metadata.name : []))
  const configMaps = new Map(
    kept.flatMap(({ parsed }) =>
      parsed.kind === 'ConfigMap' ? [[parsed.document.metadata.name, parsed.document.data ?? {}] as const] : [],
    ),
  )
  const secrets = secretKeys(kept.flatMap(({ parsed }) => (parsed.kind === 'Secret' ? parsed.document : [])))

  const policies: Policy[] = []
  const enforcements: Enforcement[] = []
  const denyLists: DenyList[] = []
  const bases: Omit<BaseImage, 'rules'>[] = []
  const mirrors: Mirror[] = []
  const roots: Record<string, unknown> = { ...installed }
  for (const { parsed, source } of kept) {
    switch (parsed.kind) {
      case 'TrustedRoot':
      case 'TrustRoot': {
        const { name } = parsed.document.metadata
        const declared = resolveRoot(parsed, source.at([]).file, readFile)
        if ('faults' in declared) report(source, declared.faults)
        else if ('root' in declared) roots[name] = declared.root
        else {
          mirrors.push(declared.mirror)
          // Before the first fetch there is no such root: whoever judges by it says so, and judges nothing.
          if (Object.hasOwn(fetched, name)) roots[name] = fetched[name]
        }
        break
      }
      case 'Enforcement':
        enforcements.push(compileEnforcement(parsed.document))
        break
      case 'DenyList':
        report(source, captureFaults(parsed))
        denyLists.push(compileDenyList(parsed.document))
        break
      case 'ClusterImagePolicy':
      case 'VerificationPolicy':
      case 'BaseImage': {
        if (parsed.kind === 'BaseImage') bases.push(compileBaseImage(parsed.document))
        report(source, baseFaults(parsed, baseNames))
        const texts = { configMaps, remote: besideOf(source.at([]).file, readFile) }
        report(source, expressionFaults(parsed.document, texts))
        report(source, captureFaults(parsed))
        report(source, [...warningsOf(parsed, source.value), ...baseWarnings(parsed, baseNames)], 'warning')
        policies.push(compileWith(parsed, source, { roots: known, secrets, texts }, report))
        break
      }
      case 'Secret':
      case 'ConfigMap':
        break
      default:
        parsed satisfies never
    }
  }
  // In the order of their names, so that the order of files and documents changes nothing.
  const denied = denyLists.toSorted(byName)
  const trust = { roots, keys: trustNamedBy(policies, { roots, keys }).keys }
  const all = policies.toSorted(byName).map((policy) => (denied.length === 0 ? policy : { ...policy, denied }))
  const rulesOf = (name: string) =>
    policyHash(
      all.filter((one) => one.name === name),
      trust,
      '',
    )
  const set = {
    policies: all,
    enforcements: enforcements.toSorted(byName),
    denyLists: denied,
    bases: bases.toSorted(byName).map((base) => ({ ...base, rules: rulesOf(base.name) })),
    ...trust,
    mirrors: mirrors.toSorted(byName),
  }
  return { set, problems: inFileOrder(problems, files) }
}

function readEntries(documents: readonly PolicyDocument[], report: Report): Entry[] {
  return documents.flatMap((source) => {
    const parsed = parseDocument(source.value)
    if (!('faults' in parsed)) return [{ parsed, source }]
    report(source, parsed.faults)
    return []
  })
}

/** Names are unique among policies of all kinds, among roots, and within every other kind. */
function withoutRepeats(entries: readonly Entry[], supplied: ReadonlySet<string>, report: Report): Entry[] {
  const seen = new Map<string, Entry>()
  for (const entry of entries) {
    const { kind, document } = entry.parsed
    const { name } = document.metadata
    const group = isRoot(kind) ? 'root' : isPolicy(entry.parsed) ? 'policy' : kind
    const earlier = seen.get(`${group} ${name}`)
    if (isRoot(kind) && supplied.has(name)) {
      report(entry.source, nameFault(`the trusted root "${name}" is supplied by the installation; choose another name`))
    } else if (earlier === undefined) {
      seen.set(`${group} ${name}`, entry)
    } else {
      const { file, line } = earlier.source.at(['metadata', 'name'])
      const message = `the name "${name}" is taken by the ${earlier.parsed.kind} at ${file}:${line}`
      // Upstream keeps the first of two and says so.
      const skipped = kind === 'ClusterImagePolicy' && earlier.parsed.kind === kind
      report(
        entry.source,
        nameFault(skipped ? `${message}; this one is skipped` : message),
        skipped ? 'warning' : 'error',
      )
    }
  }
  return [...seen.values()]
}

function isRoot(kind: Parsed['kind']): boolean {
  return kind === 'TrustedRoot' || kind === 'TrustRoot'
}

/** What a ClusterImagePolicy refers to may be there in its cluster: what needs it is not judged here, and said to be so. */
function compileWith(parsed: ParsedPolicy, source: PolicyDocument, resources: Resources, report: Report): Policy {
  const missing = missingResources(parsed.document, resources)
  if (parsed.kind !== 'ClusterImagePolicy') report(source, missing)
  else {
    const told = missing.map((fault) => ({ ...fault, message: `${fault.message}; until then ${NOT_JUDGED}` }))
    report(source, told, 'warning')
  }
  return compilePolicy(parsed, resources, missing)
}

const NOT_JUDGED = 'images that only this might vouch for are not judged: their state is error, and nothing is taken'

/** What has been fetched lies in a folder beside the file that names it, under its sha256. */
function besideOf(file: string, readFile: (path: string) => string | undefined): ExpressionTexts['remote'] {
  const folder = file.slice(0, file.lastIndexOf('/') + 1)
  return (sha256sum) => readFile(`${folder}remote/${sha256sum}`)
}

function nameFault(message: string): Fault[] {
  return [{ path: ['metadata', 'name'], of: 'value', message }]
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return Number(a.name > b.name) - Number(a.name < b.name)
}

function inFileOrder(problems: readonly PolicyProblem[], files: readonly PolicyFile[]): PolicyProblem[] {
  const order = new Map(files.map(({ path }, index) => [path, index]))
  const place = ({ at }: PolicyProblem) => order.get(at.file) ?? 0
  return problems.toSorted((a, b) => place(a) - place(b) || a.at.line - b.at.line || a.at.column - b.at.column)
}
