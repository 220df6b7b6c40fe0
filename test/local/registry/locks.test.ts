import { expect, test } from 'vitest'
import { createLock } from '../../../local/registry/storage/locks.ts'

function held(order: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const task = async () => {
    order.push(`${name} begins`)
    await promise
    order.push(`${name} ends`)
  }
  return { task, resolve, reject }
}

test('tasks of one key run one after the other, those of another beside them', async () => {
  const order: string[] = []
  const lock = createLock()
  const [first, second, other] = [held(order, 'first'), held(order, 'second'), held(order, 'other')]
  const running = [lock('a', first.task), lock('a', second.task), lock('b', other.task)]
  second.resolve()
  other.resolve()
  await running[2]
  expect(order).toEqual(['first begins', 'other begins', 'other ends'])
  first.resolve()
  await Promise.all(running)
  expect(order.slice(3)).toEqual(['first ends', 'second begins', 'second ends'])
})

test('a task that fails fails alone', async () => {
  const order: string[] = []
  const lock = createLock()
  const [first, second] = [held(order, 'first'), held(order, 'second')]
  const running = [lock('a', first.task), lock('a', second.task)] as const
  first.reject(new Error('boom'))
  second.resolve()
  await expect(running[0]).rejects.toThrow('boom')
  await running[1]
  expect(order).toEqual(['first begins', 'second begins', 'second ends'])
  expect(await lock('a', async () => 'again')).toBe('again')
})
