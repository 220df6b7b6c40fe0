import { type LayerChanges, partChanges } from '../layers/changes.ts'
import { expectedChanges } from '../layers/expected-changes.ts'
import type { BaseChanges, configChanges } from './base-changes.ts'

/** How many changes are told of, and how much of a path: it is text of others. */
const MOST = 20
const LONGEST = 200

const NO_LAYERS: LayerChanges = { changes: [], added: { files: 0, bytes: 0, setuid: { listed: [], total: 0 } } }

/** What was done to a base, apart from what a BaseImage expects: by the layers above it, if there are any, and by the image config. */
export function changesOf(
  layers: LayerChanges | undefined,
  config: ReturnType<typeof configChanges>,
  expected: readonly string[],
): BaseChanges {
  const { changes, added } = layers ?? NO_LAYERS
  const files = partChanges(changes, expectedChanges(expected))
  const odd = config.filter(({ kind }) => !expected.includes(kind))
  const listed = [...odd, ...files.unexpected.listed.map(({ path, kind }) => ({ what: shortened(`/${path}`), kind }))]
  return {
    unexpected: listed.slice(0, MOST),
    unexpectedCount: odd.length + files.unexpected.total,
    expectedCount: config.length - odd.length + files.expected.total,
    filesAdded: added.files,
    bytesAdded: added.bytes,
    setuidAdded: added.setuid.listed.slice(0, MOST).map((path) => shortened(`/${path}`)),
  }
}

function shortened(path: string): string {
  return (path.length <= LONGEST ? path : `${path.slice(0, LONGEST - 1)}…`).toWellFormed()
}
