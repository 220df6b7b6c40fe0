import { isObject } from '../../is-object.ts'
import { LIST, STRUCT } from './kinds.ts'
import { inputsAt, isOf, type Node } from './node.ts'
import { plainJson, showLabel, showScalar } from './scalar.ts'

const LONGEST = 400

/** A part of the input as CUE writes it, cut where it is long or deep. */
export function showJson(json: unknown): string {
  return cut(writeJson(json, LONGEST))
}

/** A value as CUE writes it, cut where it is long or deep. */
export function showNode(node: Node): string {
  return cut(writeNode(node, LONGEST))
}

/** A text of any length for a message. */
export function cut(text: string, longest = LONGEST): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

function writeJson(json: unknown, room: number): string {
  if (Array.isArray(json)) return `[${writeAll(json, room, writeJson)}]`
  if (isObject(json)) {
    const field = (label: string, left: number) => `${showLabel(label)}:${writeJson(json[label], left)}`
    return `{${writeAll(Object.keys(json), room, field)}}`
  }
  const scalar = plainJson(json)
  return scalar === undefined ? '_|_' : showScalar(scalar)
}

/** Writes entries until the room is used up: what is longer is cut anyway. Every level takes some, so it ends. */
function writeAll<T>(entries: readonly T[], room: number, write: (entry: T, room: number) => string): string {
  const texts: string[] = []
  let left = room - 1
  for (const entry of entries) {
    if (left <= 0) break
    const text = write(entry, left)
    texts.push(text)
    left -= text.length + 1
  }
  return texts.join(',')
}

function writeNode(node: Node, room: number): string {
  const field = (label: string, left: number): string => {
    const inner = node.fields.get(label)
    return inner === undefined ? writeJson(inputsAt(node, label)[0], left) : writeNode(inner, left)
  }
  const inputs = node.data.flatMap((data) => Object.keys(data).slice(0, LONGEST))
  const labels = [...new Set([...inputs, ...node.fields.keys()])]
  if (isOf(node, LIST)) return `[${writeAll(labels, room, field)}]`
  if (isOf(node, STRUCT)) {
    return `{${writeAll(labels, room, (label, left) => `${showLabel(label)}:${field(label, left)}`)}}`
  }
  const scalar = node.atoms.find((atom) => atom.scalar !== undefined)
  return (scalar ?? node.atoms[0])?.show() ?? '_'
}
