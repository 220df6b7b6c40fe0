import { type Document, LineCounter, parseAllDocuments } from 'yaml'
import type { Path } from './path.ts'
import type { PolicyProblem, Position } from './policy.ts'
import { offsetOfNode, offsetOfPath, TOO_DEEP, type TreeFault, treeFaults } from './yaml-tree.ts'

/** The most a policy file, or a file it points to, may hold. */
export const MAX_FILE_BYTES = 1_048_576
const MAX_DOCUMENTS = 1_000
const MAX_ALIASES = 100
const MAX_FAULTS = 50
/** Brackets opened and not closed; in texts, too, as nothing is parsed yet. */
const MAX_OPEN = 1_000

export type PolicyFile = { readonly path: string; readonly text: string }

/** One YAML document as plain data, with the way back to the place of each value. */
export type PolicyDocument = {
  readonly value: unknown
  /** The place of the value at a path, or of its key; of its nearest parent where there is none. */
  readonly at: (path: Path, of?: 'key' | 'value') => Position
}

export type ReadDocuments = {
  readonly documents: readonly PolicyDocument[]
  readonly problems: readonly PolicyProblem[]
}

/** Splits a file into its documents. With any fault in it a file has none, as its meaning would be a guess. */
export function readDocuments({ path, text }: PolicyFile): ReadDocuments {
  const lines = new LineCounter()
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { file: path, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const refuse = (faults: readonly TreeFault[]): ReadDocuments => ({
    documents: [],
    problems: faults
      .slice(0, MAX_FAULTS)
      .map(({ offset, message }) => ({ at: place(offset), path: '', message, severity: 'error' })),
  })
  const tooLarge = sizeFault(text)
  if (tooLarge !== undefined) return refuse([tooLarge])

  const all = parse(text, lines)
  if (all.length > MAX_DOCUMENTS) {
    return refuse([{ offset: 0, message: `has ${all.length} documents; at most ${MAX_DOCUMENTS} are allowed` }])
  }
  const read = all.map((document) => readDocument(document, place))
  const faults = read.flatMap((one) => ('faults' in one ? one.faults : []))
  if (faults.length > 0) return refuse(faults)
  return { documents: read.filter((one) => 'value' in one).filter(({ value }) => value !== null), problems: [] }
}

function sizeFault(text: string): TreeFault | undefined {
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_FILE_BYTES) {
    return { offset: 0, message: `has ${bytes} bytes; at most ${MAX_FILE_BYTES} are allowed` }
  }
  return text.trim() === ''
    ? { offset: 0, message: 'is empty; a document is required to create policy' }
    : openFault(text)
}

/** The parser takes seconds for what nests without end, before it gives up. */
function openFault(text: string): TreeFault | undefined {
  let open = 0
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    open += bracket === '[' || bracket === '{' ? 1 : -1
    if (open > MAX_OPEN) return { offset: index, message: TOO_DEEP }
  }
  return undefined
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed[] {
  // Repeated keys are found by treeFaults: the parser's own search takes quadratic time.
  const options = {
    version: '1.2',
    schema: 'core',
    // No binary, dates or sets: a policy is made of what JSON has.
    resolveKnownTags: false,
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
  } as const
  const parsed = parseAllDocuments(text, { ...options, lineCounter })
  return 'empty' in parsed ? [] : parsed
}

function readDocument(
  document: Document.Parsed,
  place: (offset: number) => Position,
): PolicyDocument | { readonly faults: readonly TreeFault[] } {
  const faults = treeFaults(document)
  if (faults.length > 0) return { faults }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES })
    return { value, at: (path, of = 'value') => place(offsetOfPath(document, path, of)) }
  } catch (error) {
    // The library throws plain errors for an alias without an anchor and for too many of them.
    const message = error instanceof Error ? error.message : 'cannot be read'
    return { faults: [{ offset: offsetOfNode(document.contents), message }] }
  }
}
