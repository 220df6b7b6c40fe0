import { MAX_FILE_BYTES } from './documents.ts'
import { type Fault, faultsOf } from './issues.ts'
import type { Parsed } from './kinds.ts'
import { formatPath, type Path } from './path.ts'
import type { Policy } from './policy.ts'
import { trustedRootFile } from './schema-trusted-root.ts'

type RootDocument = Extract<Parsed, { readonly kind: 'TrustedRoot' }>['document']
type PolicyDocument = Extract<Parsed, { readonly kind: Policy['kind'] }>['document']

const ABSOLUTE = /^(?:\/|[A-Za-z]:[\\/])/

/** The root a document declares, inline or in a file named from where the policy file lies. */
export function resolveRoot(
  { spec }: RootDocument,
  policyFile: string,
  readFile: (path: string) => string | undefined,
): { readonly root: unknown } | { readonly faults: readonly Fault[] } {
  if (spec.file === undefined) return { root: spec.inline }
  const folder = ABSOLUTE.test(spec.file) ? '' : policyFile.slice(0, policyFile.lastIndexOf('/') + 1)
  const path = `${folder}${spec.file}`
  const fault = (message: string): Fault => ({ path: ['spec', 'file'], of: 'value', message: `${path}: ${message}` })
  const text = readFile(path)
  if (text === undefined) return { faults: [fault('no such file')] }
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_FILE_BYTES) {
    return { faults: [fault(`has ${bytes} bytes; at most ${MAX_FILE_BYTES} are allowed`)] }
  }
  const root = parseJson(text)
  if (root === undefined) return { faults: [fault('is not JSON')] }
  const result = trustedRootFile.safeParse(root)
  if (result.success) return { root }
  return {
    faults: faultsOf(result.error, root).map(({ path: at, message }) =>
      fault([formatPath(at), message].filter(Boolean).join(': ')),
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
