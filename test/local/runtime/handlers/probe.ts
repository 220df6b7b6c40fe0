import { BroadcastChannel, threadId } from 'node:worker_threads'
import type { Context } from 'aws-lambda'

let invocations = 0

/** Comes back only once another instance is in here too. */
async function meet(): Promise<void> {
  const channel = new BroadcastChannel('probe')
  const met = new Promise<void>((resolve) => {
    channel.onmessage = () => resolve()
  })
  const calling = setInterval(() => channel.postMessage('here'), 5)
  await met
  channel.postMessage('here')
  clearInterval(calling)
  channel.close()
}

const deeds: Record<string, (event: Record<string, unknown>, context: Context) => unknown> = {
  echo: (event, context) => ({ event, context, remaining: context.getRemainingTimeInMillis(), env: process.env }),
  nothing: () => undefined,
  spin: () => {
    for (;;);
  },
  hang: () => new Promise(() => {}),
  throw: () => {
    throw new RangeError('out of range')
  },
  'throw-text': () => Promise.reject('just text'),
  'crash-later': () => {
    setTimeout(() => {
      throw new Error('after the answer')
    })
    return new Promise(() => {})
  },
  exit: () => process.exit(3),
  'use-up-memory': () => {
    const kept: unknown[] = []
    for (let i = 0; ; i++) kept.push({ i, text: `text ${i}` })
  },
  big: () => 'x'.repeat(7 * 1024 * 1024),
  log: () => console.log('to the log'),
  dates: () => ({ now: Date.now(), called: Date(), fixed: new Date(0), iso: new Date() }),
  meet,
}

export async function handler(event: { do: string }, context: Context): Promise<unknown> {
  invocations += 1
  const result = await deeds[event.do]!(event, context)
  return result === undefined && event.do !== 'nothing' ? { invocations, threadId } : result
}
