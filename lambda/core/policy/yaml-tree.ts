import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type YAMLMap } from 'yaml'
import type { Path } from './path.ts'

const MAX_DEPTH = 64
export const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels`

/** Something wrong at an offset into the text. */
export type TreeFault = { readonly offset: number; readonly message: string }

/** What is wrong with a document before any of it has a meaning: syntax, depth, repeated keys, broken text. */
export function treeFaults(document: Document.Parsed): TreeFault[] {
  const syntax = [...document.errors, ...document.warnings].map(({ pos, message }) => ({ offset: pos[0], message }))
  // The parser has no limit but that of the machine
  const deep = syntax.find(({ message }) => /\bstack\b/i.test(message))
  if (deep !== undefined) return [{ ...deep, message: TOO_DEEP }]
  const { explicit, version } = document.directives.yaml
  if (explicit && version !== '1.2') {
    syntax.push({
      offset: offsetOfNode(document.contents),
      message: `a %YAML ${version} document; policies are YAML 1.2`,
    })
  }
  return syntax.length > 0 ? syntax : nodeFaults(document.contents, 0)
}

function nodeFaults(node: unknown, depth: number): TreeFault[] {
  if (depth > MAX_DEPTH) {
    return [{ offset: offsetOfNode(node), message: TOO_DEEP }]
  }
  if (isScalar(node)) {
    const message = scalarFault(node.value)
    return message === undefined ? [] : [{ offset: offsetOfNode(node), message }]
  }
  if (isSeq(node)) return node.items.flatMap((item) => nodeFaults(item, depth + 1))
  if (!isMap(node)) return []
  return [
    ...keyFaults(node),
    ...node.items.flatMap(({ key, value }) => [...nodeFaults(key, depth + 1), ...nodeFaults(value, depth + 1)]),
  ]
}

/** What JSON cannot hold has no canonical form, and so no hash. */
function scalarFault(value: unknown): string | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) return 'text with half a Unicode character'
  return typeof value === 'number' && !Number.isFinite(value) ? 'a number without a value' : undefined
}

function keyFaults(map: YAMLMap): TreeFault[] {
  const seen = new Set<string>()
  return map.items.flatMap(({ key }) => {
    const offset = offsetOfNode(key)
    if (!isScalar(key)) return [{ offset, message: 'a key that is not plain text' }]
    const name = String(key.value)
    if (seen.has(name)) return [{ offset, message: `the key ${JSON.stringify(name)} occurs twice` }]
    seen.add(name)
    // Objects cannot hold this key as a field of their own in every library, so it could be overlooked.
    return name === '__proto__' ? [{ offset, message: 'the key "__proto__" is not allowed' }] : []
  })
}

/** Where in the text the value at a path begins; its key where the value spans lines, or where the key is asked for. */
export function offsetOfPath(document: Document.Parsed, path: Path, of: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = offsetOfNode(node)
  for (const [index, step] of path.entries()) {
    const child = childOf(isAlias(node) ? node.resolve(document) : node, step)
    if (child === undefined) return offset
    node = isPair(child) ? child.value : child
    const keyAsked = of === 'key' && index === path.length - 1
    offset = offsetOfNode(isPair(child) && (keyAsked || !isScalar(node)) ? child.key : node)
  }
  return offset
}

function childOf(parent: unknown, step: PropertyKey): unknown {
  if (isSeq(parent) && typeof step === 'number') return parent.items[step]
  return isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(step)) : undefined
}

/** Where in the text a node begins. */
export function offsetOfNode(node: unknown): number {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined
  return range?.[0] ?? 0
}
