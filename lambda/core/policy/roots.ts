import { MAX_FILE_BYTES } from './documents.ts'
import { type Fault, faultsOf } from './issues.ts'
import type { Parsed, ParsedPolicy } from './kinds.ts'
import { parseJson } from './parse-json.ts'
import { formatPath, type Path } from './path.ts'
import type { Mirror } from './policy.ts'
import { trustedRootFile } from './schema-trusted-root.ts'
import { readTufRepository } from './tuf-repository.ts'
import { tufRootFault } from './tuf-root.ts'

type RootDocument = Extract<Parsed, { readonly kind: 'TrustedRoot' | 'TrustRoot' }>
type TrustRootSpec = Extract<Parsed, { readonly kind: 'TrustRoot' }>['document']['spec']
type PolicyDocument = ParsedPolicy['document']

/** What a document declares: a root, or the TUF repository that one comes from. */
type Declared = { readonly root: unknown } | { readonly mirror: Mirror } | { readonly faults: readonly Fault[] }

const ABSOLUTE = /^(?:\/|[A-Za-z]:[\\/])/

/** The root a document declares; files are named from where the policy file lies. */
export function resolveRoot(
  parsed: RootDocument,
  policyFile: string,
  readFile: (path: string) => string | undefined,
): Declared {
  const { name } = parsed.document.metadata
  if (parsed.kind === 'TrustRoot') return resolveTrustRoot(name, parsed.document.spec)
  const { inline, file, tuf } = parsed.document.spec
  if (tuf?.root !== undefined) return { mirror: { name, url: tuf.mirror, root: tuf.root, target: tuf.target } }
  if (tuf?.rootFile !== undefined) {
    const read = readNamed(tuf.rootFile, ['spec', 'tuf', 'rootFile'], policyFile, readFile)
    if ('faults' in read) return read
    const fault = tufRootFault(read.text)
    if (fault !== undefined) return { faults: [read.fault(fault)] }
    const root = Buffer.from(read.text).toString('base64')
    return { mirror: { name, url: tuf.mirror, root, target: tuf.target } }
  }
  if (file === undefined) return { root: inline }
  const read = readNamed(file, ['spec', 'file'], policyFile, readFile)
  return 'faults' in read ? read : readTrustedRoot(read.text, read.fault)
}

function resolveTrustRoot(name: string, { sigstoreKeys, remote, repository }: TrustRootSpec): Declared {
  if (remote !== undefined) {
    return { mirror: { name, url: remote.mirror, root: remote.root, target: remote.trustedRootTarget } }
  }
  if (repository === undefined) return { root: sigstoreKeys }
  const fault = (message: string): Fault => ({ path: ['spec', 'repository', 'mirrorFS'], of: 'value', message })
  const read = readTufRepository(repository.mirrorFS, repository.root, repository.trustedRootTarget)
  return 'fault' in read ? { faults: [fault(read.fault)] } : readTrustedRoot(read.text, fault)
}

type NamedFile = { readonly text: string; readonly fault: (message: string) => Fault }

function readNamed(
  file: string,
  at: Path,
  policyFile: string,
  readFile: (path: string) => string | undefined,
): NamedFile | { readonly faults: readonly Fault[] } {
  const folder = ABSOLUTE.test(file) ? '' : policyFile.slice(0, policyFile.lastIndexOf('/') + 1)
  const path = `${folder}${file}`
  const fault = (message: string): Fault => ({ path: at, of: 'value', message: `${path}: ${message}` })
  const text = readFile(path)
  if (text === undefined) return { faults: [fault('no such file')] }
  const bytes = Buffer.byteLength(text)
  if (bytes <= MAX_FILE_BYTES) return { text, fault }
  return { faults: [fault(`has ${bytes} bytes; at most ${MAX_FILE_BYTES} are allowed`)] }
}

function readTrustedRoot(text: string, fault: NamedFile['fault']): Declared {
  const root = parseJson(text)
  if (root === undefined) return { faults: [fault('is not JSON')] }
  const result = trustedRootFile.safeParse(root)
  if (result.success) return { root }
  return {
    faults: faultsOf(result.error, root).map(({ path, message }) =>
      fault([formatPath(path), message].filter(Boolean).join(': ')),
    ),
  }
}

/** Every reference to a root that no document declares and no installation supplies. */
export function unknownRoots({ spec }: PolicyDocument, known: ReadonlySet<string>): Fault[] {
  return spec.authorities.flatMap((authority, index) =>
    (['keyless', 'ctlog', 'rfc3161timestamp'] as const).flatMap((field) => {
      const name = authority[field]?.trustRootRef
      if (name === undefined || known.has(name)) return []
      const path: Path = ['spec', 'authorities', index, field, 'trustRootRef']
      const message = `no TrustedRoot is named "${name}"; known are ${[...known].sort().join(', ')}; declare one (kind: TrustedRoot)`
      return [{ path, of: 'value', message }]
    }),
  )
}
