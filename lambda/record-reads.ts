import type { FetchedManifest } from './core/manifest.ts'
import { type Answer, limitedKey, type Question, type Read } from './core/transcript.ts'
import { OverLimit } from './errors.ts'
import type { EvidenceStore, Registry } from './ports.ts'

/** Registries whose every answer is written down, and its bytes kept. */
export type Recording = {
  readonly registryOf: (host: string) => Registry
  /** What was read, once all bytes are kept; in an order that does not depend on timing. */
  readonly finish: () => Promise<readonly Read[]>
}

/** Records what is read of registries. The same question is asked once: one judgement sees one state of the world. */
export function recordReads(registryOf: (host: string) => Registry, store: EvidenceStore): Recording {
  const answers = new Map<string, Promise<unknown>>()
  const reads = new Map<string, Read>()
  const kept: Promise<unknown>[] = []

  function ask<T>(asked: Question, read: () => Promise<T | undefined>, record: (answer: Answer<T>) => Read) {
    const key = limitedKey(asked)
    const known = answers.get(key)
    if (known !== undefined) return known as Promise<T | undefined>
    const answer = answered(key, read, record)
    answers.set(key, answer)
    return answer
  }

  async function answered<T>(key: string, read: () => Promise<T | undefined>, record: (answer: Answer<T>) => Read) {
    try {
      const found = await read()
      reads.set(key, record({ found: found ?? null }))
      return found
    } catch (error) {
      if (error instanceof OverLimit) reads.set(key, record({ overLimit: error.message }))
      throw error
    }
  }

  function keep(bytes: Uint8Array): void {
    const put = store.put(bytes)
    // Thrown by finish, or of no interest where reading ended in an outage
    put.catch(() => {})
    kept.push(put)
  }

  function recorded(host: string): Registry {
    const registry = registryOf(host)
    return {
      // What tags point at judges nothing; layers are too large to keep: what is found in them is kept as a finding of its own
      ...registry,
      manifest: (name, reference, maxBytes) => {
        const asked = { ask: 'manifest', host, name, reference, ...(maxBytes !== undefined && { maxBytes }) } as const
        const record = ({ digest, mediaType, bytes }: FetchedManifest) => {
          keep(bytes)
          return { digest, mediaType }
        }
        return ask(
          asked,
          () => registry.manifest(name, reference, maxBytes),
          (answer) => ({ ...asked, answer: mapFound(answer, record) }),
        )
      },
      blob: (name, digest, maxBytes) => {
        const asked = { ask: 'blob', host, name, digest } as const
        const record = (bytes: Uint8Array) => {
          keep(bytes)
          return true as const
        }
        return ask(
          asked,
          () => registry.blob(name, digest, maxBytes),
          (answer) => ({ ...asked, answer: mapFound(answer, record) }),
        )
      },
      referrers: (name, digest, which = {}) => {
        const asked = { ask: 'referrers', host, name, digest, ...which } as const
        return ask(
          asked,
          () => registry.referrers(name, digest, which),
          (answer) => ({ ...asked, answer }),
        )
      },
    }
  }

  return {
    registryOf: recorded,
    async finish() {
      await Promise.all(kept)
      return [...reads].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, read]) => read)
    },
  }
}

function mapFound<T, R>(answer: Answer<T>, map: (found: T) => R): Answer<R> {
  if ('overLimit' in answer) return answer
  return { found: answer.found === null ? null : map(answer.found) }
}
