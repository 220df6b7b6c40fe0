import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { BadInput } from '../lambda/core/bad-input.ts'
import { Misconfigured } from '../lambda/errors.ts'
import type { Clock } from '../lambda/ports.ts'
import { type ClockOffset, createOffset, readOffset } from './runtime/shifted-date.ts'
import { writeDurably } from './sigstore/durable-file.ts'

const YEAR_SECONDS = 366 * 24 * 3600
const MAX_ADVANCE = 10 * YEAR_SECONDS
// Beyond it, times no longer sort as text.
const END_OF_TIME = Date.parse('9999-01-01T00:00:00Z')

const Stored = z.object({ offsetMs: z.int().min(0) })

/** The clock of a stack: the machine's, moved forward by hand. Registry, private Sigstore and functions all follow it. */
export interface MovableClock {
  readonly now: Clock
  /** For the workers. */
  readonly offset: ClockOffset
  /** Moves the clock forward, for good. Throws BadInput where that is not possible. */
  advance(seconds: number): void
}

/** Opens the clock of a data folder. */
export async function openClock(folder: string): Promise<MovableClock> {
  const path = join(folder, 'clock.json')
  const offset = createOffset()
  Atomics.store(offset, 0, BigInt(await readStored(path)))
  const now = () => new Date(Date.now() + readOffset(offset))
  return {
    now,
    offset,
    advance(seconds) {
      if (!(seconds >= 0 && seconds <= MAX_ADVANCE)) {
        throw new BadInput(`advanceSeconds is ${seconds}: a number from 0 to ${MAX_ADVANCE} (ten years) is allowed`)
      }
      const milliseconds = Math.round(seconds * 1000)
      if (now().getTime() + milliseconds > END_OF_TIME) {
        throw new BadInput(`advanceSeconds is ${seconds}: the clock cannot pass the year 9999`)
      }
      writeDurably(path, JSON.stringify({ offsetMs: readOffset(offset) + milliseconds }))
      Atomics.add(offset, 0, BigInt(milliseconds))
    },
  }
}

async function readStored(path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"offsetMs":0}'
    throw error
  })
  try {
    return Stored.parse(JSON.parse(text)).offsetMs
  } catch {
    throw new Misconfigured(`${path} is not readable: remove it to set the clock back to now`)
  }
}
