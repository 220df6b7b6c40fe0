import { describe, expect, it } from 'vitest'
import { closeTodo, findTodo, openTodo, withoutTodo } from '../../lambda/core/todo.ts'
import { record } from './records.ts'

const taken = (tag: string) => ({ tag, outcome: 'taken' }) as const
const failed = { events: ['failed'] } as const

describe('work on an image', () => {
  it('is opened under a new seq', () => {
    const open = openTodo(record({ seq: 4 }), 'quarantine')
    expect(open).toMatchObject({ seq: 5, todo: [{ kind: 'quarantine', seq: 5 }] })
    expect(open.todo[0]).not.toHaveProperty('events')
  })

  it('is one entry a kind: a new reason merges, and moves the seq', () => {
    const twice = openTodo(openTodo(record(), 'alert', failed), 'alert', { events: ['failed', 'recovered'] })
    expect(twice.todo).toEqual([
      {
        kind: 'alert',
        seq: 2,
        events: [
          { event: 'failed', seq: 2 },
          { event: 'recovered', seq: 2 },
        ],
      },
    ])
  })

  it('tells the last that happened to each tag', () => {
    const first = openTodo(record(), 'alert', { ...failed, tags: [taken('v1'), taken('v2')] })
    const then = openTodo(first, 'alert', { tags: [{ tag: 'v1', outcome: 'given-back' }] })
    expect(findTodo(then, 'alert')).toEqual({
      kind: 'alert',
      seq: 2,
      events: [{ event: 'failed', seq: 1 }],
      tags: [{ tag: 'v1', outcome: 'given-back' }, taken('v2')],
    })
  })

  it('is done only by the seq that was read before it', () => {
    const open = openTodo(record(), 'quarantine')
    const again = openTodo(open, 'quarantine')
    expect(closeTodo(again, 'quarantine', open.seq).todo).toHaveLength(1)
    expect(closeTodo(again, 'quarantine', again.seq).todo).toEqual([])
    expect(closeTodo(again, 'alert', again.seq).todo).toHaveLength(1)
  })

  it('leaves other kinds alone', () => {
    const both = openTodo(openTodo(record(), 'release'), 'alert', failed)
    expect(withoutTodo(both, 'release').todo.map(({ kind }) => kind)).toEqual(['alert'])
    expect(closeTodo(both, 'release', 1).todo.map(({ kind }) => kind)).toEqual(['alert'])
    expect(findTodo(both, 'quarantine')).toBeUndefined()
  })

  it('keeps its seq when all of it is dropped: an old worker never closes new work', () => {
    const old = openTodo(record(), 'quarantine')
    const renewed = openTodo(withoutTodo(old, 'quarantine'), 'quarantine')
    expect(closeTodo(renewed, 'quarantine', old.seq).todo).toHaveLength(1)
  })

  it('does not change the record it was handed', () => {
    const before = record()
    openTodo(before, 'alert', failed)
    expect([before.todo, before.seq]).toEqual([[], 0])
  })
})
