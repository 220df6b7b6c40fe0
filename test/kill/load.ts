import { pushImage } from '../../local/signing/image.ts'
import { signImage } from '../../local/signing/sign-image.ts'
import { withKey } from '../../local/signing/signing.ts'
import type { Random } from '../hostile/random.ts'
import type { Entry, Ledger, Tag } from './ledger.ts'

/** Longer than the lease of a worker that was killed, and than work may lie before the sweep takes it up. */
const BEYOND_LEASE = 120

const CLIENTS = 3

export type Target = { readonly registry: string; readonly api: string; readonly privateKey: string }

/** Clients push, sign and push again until stopped or nobody answers; what was answered is written down. */
export async function load(target: Target, ledger: Ledger, random: Random, stop: AbortSignal): Promise<void> {
  // Each has tags of its own, so that it is known which push of a tag was the last
  const shares = Array.from({ length: CLIENTS }, (_, client) => ledger.tags.filter((_tag, n) => n % CLIENTS === client))
  await Promise.all(shares.map((tags) => client(target, { ...ledger, tags }, random, stop)))
}

async function client(target: Target, ledger: Ledger, random: Random, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const tag = random.pick(ledger.tags)
    const unsigned = tag.entries.filter(({ signed }) => signed === 'no')
    const deed = random.below(10)
    const answered =
      deed === 0
        ? await advance(target.api, BEYOND_LEASE)
        : deed <= 3 && unsigned.length > 0
          ? await sign(target, ledger, tag, random.pick(unsigned))
          : await push(target, ledger, tag, random)
    if (!answered) return
  }
}

/** Moves the stack's clock; false where nobody answered. */
export async function advance(api: string, advanceSeconds: number): Promise<boolean> {
  const body = JSON.stringify({ advanceSeconds })
  return fetch(`${api}/local/clock`, { method: 'POST', body }).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** Pushes an image that is nobody else's; every third is signed at once. */
async function push(target: Target, ledger: Ledger, tag: Tag, random: Random): Promise<boolean> {
  const files = { 'id.txt': random.bytes(12).toString('hex') }
  const entry = await pushImage({ registry: target.registry, name: tag.name, tag: tag.tag, files }).then(
    (image): Entry => ({ image, signed: 'no' }),
    () => undefined,
  )
  tag.unanswered = entry === undefined
  count(ledger, entry !== undefined)
  if (entry === undefined) return false
  tag.entries.push(entry)
  return random.below(3) > 0 || sign(target, ledger, tag, entry)
}

async function sign(target: Target, ledger: Ledger, { name }: Tag, entry: Entry): Promise<boolean> {
  entry.signed = 'perhaps'
  const answered = await signImage({ registry: target.registry, name }, entry.image, withKey(target.privateKey)).then(
    () => true,
    () => false,
  )
  if (answered) entry.signed = 'yes'
  count(ledger, answered)
  return answered
}

function count({ counts }: Ledger, answered: boolean): void {
  if (answered) counts.answered++
  else counts.unanswered++
}
