import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { IMAGE_TRANSITIONS, mayFollow, TAG_TRANSITIONS } from '../../lambda/core/transitions.ts'
import { stateMachines } from './state-machines.ts'

const all = [...IMAGE_TRANSITIONS, ...TAG_TRANSITIONS]

describe('the state machines', () => {
  it('name every move once, and none that moves nowhere', () => {
    const moves = all.map(({ from, to }) => `${from} > ${to}`)
    expect(new Set(moves).size).toBe(moves.length)
    expect(all.filter(({ from, to }) => from === to)).toEqual([])
  })

  it('never fail what was verified, nor let it wait again', () => {
    for (const state of ['verified', 'degraded'] as const) {
      expect([mayFollow({ state }, 'failed'), mayFollow({ state }, 'pending')]).toEqual([false, false])
    }
  })

  it('never let what has failed wait again, nor make an outage of it', () => {
    expect(mayFollow({ state: 'failed' }, 'pending')).toBe(false)
    expect(mayFollow({ state: 'failed' }, 'error')).toBe(false)
  })

  it('are drawn in docs/state-machine.md as they are', () => {
    expect(readFileSync('docs/state-machine.md', 'utf8')).toBe(stateMachines())
  })
})
