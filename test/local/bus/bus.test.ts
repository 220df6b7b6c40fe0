import { expect, test } from 'vitest'
import { BadInput } from '../../../lambda/core/bad-input.ts'
import { createBus, type Rule } from '../../../local/bus/bus.ts'

type Event = { readonly source: string }

function collecting(name: string, source: string) {
  const seen: Event[] = []
  const rule: Rule<Event> = {
    name,
    pattern: { source: [source] },
    target: async (event) => {
      seen.push(event)
    },
  }
  return { seen, rule }
}

test('an event goes to the target of every rule it matches, and to no other', async () => {
  const [one, two, other] = [collecting('one', 'a'), collecting('two', 'a'), collecting('other', 'b')]
  const bus = createBus([one.rule, two.rule, other.rule])
  expect(await bus.put({ source: 'a' })).toBe(2)
  expect(await bus.put({ source: 'b' })).toBe(1)
  expect(await bus.put({ source: 'c' })).toBe(0)
  expect([one.seen, two.seen, other.seen]).toEqual([[{ source: 'a' }], [{ source: 'a' }], [{ source: 'b' }]])
})

test('a target that fails fails the put, by the name of its rule, after the others are done', async () => {
  const order: string[] = []
  const failing: Rule<Event> = {
    name: 'failing',
    pattern: { source: ['a'] },
    target: async () => {
      order.push('failed')
      throw new Error('the queue is full')
    },
  }
  const slow: Rule<Event> = {
    name: 'slow',
    pattern: { source: ['a'] },
    target: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      order.push('done')
    },
  }
  const put = createBus([failing, slow]).put({ source: 'a' })
  await expect(put).rejects.toMatchObject({
    message: 'the target of rule "failing" failed',
    cause: { message: 'the queue is full' },
  })
  expect(order).toEqual(['failed', 'done'])
})

test('a pattern EventBridge would refuse is refused at the start', () => {
  const rule = { name: 'bad', pattern: { source: [] }, target: async () => {} }
  expect(() => createBus([rule])).toThrow(BadInput)
})
