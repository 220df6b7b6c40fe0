import { readFileSync, statSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { MAX_FILE_BYTES, type PolicyFile, readDocuments } from './core/policy/documents.ts'
import { type Remote, remotesIn } from './core/policy/expressions.ts'
import { formatProblem } from './core/policy/format-problem.ts'
import { isPolicy, parseDocument } from './core/policy/kinds.ts'
import { type LoadOptions, loadPolicies } from './core/policy/load.ts'
import type { PolicySet } from './core/policy/policy.ts'
import { Misconfigured } from './errors.ts'

const MAX_SHOWN = 50
const utf8 = new TextDecoder('utf-8', { fatal: true })

export type ReadPoliciesOptions = Omit<LoadOptions, 'readFile'> & {
  /** The only folder that files named in policies may lie in: what is shipped with the policies. Anywhere, if not given. */
  readonly within?: string
  /** Is handed each warning as a line of text. */
  readonly onWarning?: (warning: string) => void
}

/**
 * Reads policy files, and those of folders (`*.yaml`, `*.yml`, not of their sub-folders).
 * Throws Misconfigured, naming every mistake, if they are not to be used.
 */
export async function readPolicies(
  filesOrFolders: string | readonly string[],
  options: ReadPoliciesOptions = {},
): Promise<PolicySet> {
  const paths = (await Promise.all([filesOrFolders].flat().map(policyFilesAt))).flat()
  if (paths.length === 0) options.onWarning?.(`${String(filesOrFolders)}: no policy files; no image will be judged`)
  return usable(await Promise.all(paths.map(readPolicyFile)), options)
}

/** The addresses that the policies of a file refer to, each once. Documents with mistakes are left to those who read the file. */
export async function remotesOf(file: string): Promise<Remote[]> {
  const { documents } = readDocuments(await readPolicyFile(file))
  const remotes = documents.flatMap(({ value }) => {
    const parsed = parseDocument(value)
    return 'kind' in parsed && isPolicy(parsed) ? remotesIn(parsed.document) : []
  })
  return [...new Map(remotes.map((remote) => [remote.sha256sum, remote])).values()]
}

/** Reads policies from text; `name` stands for the file in messages. Throws as readPolicies does. */
export function readPolicyText(name: string, text: string, options: ReadPoliciesOptions = {}): PolicySet {
  return usable([{ path: name, text }], options)
}

function usable(files: readonly PolicyFile[], { within, onWarning, ...supplied }: ReadPoliciesOptions): PolicySet {
  const readFile = (path: string) => readNamedFile(path, within)
  const { set, problems } = loadPolicies(files, { ...supplied, readFile })
  for (const problem of problems) if (problem.severity === 'warning') onWarning?.(formatProblem(problem))
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return set
  const hidden = errors.length > MAX_SHOWN ? [`and ${errors.length - MAX_SHOWN} more`] : []
  throw new Misconfigured(
    ['policy files with mistakes:', ...errors.slice(0, MAX_SHOWN).map(formatProblem), ...hidden].join('\n'),
  )
}

async function policyFilesAt(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const entries = await readdir(path, { withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && /\.ya?ml$/.test(entry.name))
      .map(({ name }) => join(path, name))
      .sort()
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function readPolicyFile(path: string): Promise<PolicyFile> {
  try {
    const { size } = await stat(path)
    if (size > MAX_FILE_BYTES) throw tooLarge(path, size)
    return { path: path.split(sep).join('/'), text: utf8.decode(await readFile(path)) }
  } catch (error) {
    throw unreadable(path, error)
  }
}

function readNamedFile(path: string, within: string | undefined): string | undefined {
  if (within !== undefined && !resolve(path).startsWith(resolve(within) + sep)) {
    throw new Misconfigured(`${path} lies outside ${within}, and only that folder is deployed: move it there`)
  }
  try {
    const { size } = statSync(path)
    if (size > MAX_FILE_BYTES) throw tooLarge(path, size)
    return utf8.decode(readFileSync(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw unreadable(path, error)
  }
}

function tooLarge(path: string, bytes: number): Misconfigured {
  return new Misconfigured(`${path} has ${bytes} bytes; at most ${MAX_FILE_BYTES} are allowed`)
}

function unreadable(path: string, cause: unknown): Misconfigured {
  if (cause instanceof Misconfigured) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new Misconfigured(`policies cannot be read from ${path}: ${reason}`, { cause })
}
