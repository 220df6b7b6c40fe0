import { styleText } from 'node:util'

/** The story as it is told: a line for each thing seen, and what did not come out as told. */
export type Timeline = {
  readonly chapter: (title: string) => void
  /** Waits until `look` returns something; the step has failed if it never does. */
  readonly step: <T>(text: string, look: () => Promise<T | undefined>) => Promise<T>
  readonly failed: readonly string[]
}

/** A step that did not come out as told; the story cannot go on. */
export class NotAsTold extends Error {
  override readonly name = 'NotAsTold'
}

const PATIENCE_MS = 15_000
const BETWEEN_LOOKS_MS = 25

/** Prints each step with the seconds since the story began. */
export function timeline(print: (line: string) => void, elapsedMs: () => number): Timeline {
  const failed: string[] = []
  const stamp = () => styleText('gray', `${(elapsedMs() / 1000).toFixed(1).padStart(5)} s`)
  return {
    failed,
    chapter: (title) => print(`\n${styleText('bold', title)}`),
    async step(text, look) {
      const until = elapsedMs() + PATIENCE_MS
      for (;;) {
        const seen = await look()
        if (seen !== undefined) {
          print(`${stamp()}  ${styleText('green', '✓')} ${text}`)
          return seen
        }
        if (elapsedMs() > until) break
        await new Promise((done) => setTimeout(done, BETWEEN_LOOKS_MS))
      }
      print(`${stamp()}  ${styleText('red', '✗')} ${text}`)
      failed.push(text)
      throw new NotAsTold(text)
    },
  }
}
