import { describe, expect, it } from 'vitest'
import { watchedBy, watchedByName } from '../../lambda/core/watched.ts'

describe('a repository is watched', () => {
  it.each([
    ['by its name', ['prod/app'], 'prod/app', true],
    ['by no other', ['prod/app'], 'prod/app2', false],
    ['by no part of it', ['prod'], 'prod/app', false],
    ['by *, which goes over slashes as in IAM', ['prod/*'], 'prod/team/app', true],
    ['by *, for nothing too', ['prod*'], 'prod', true],
    ['by ? for one character', ['app?'], 'app1', true],
    ['by ? for no fewer', ['app?'], 'app', false],
    ['by no . for another character', ['a.b'], 'axb', false],
    ['by any of several', ['a', 'b*'], 'base', true],
    ['by none of none', [], 'a', false],
    ['in time, by many *', ['a*a*a*a*a*a*a*a*a*a*b'], 'a'.repeat(255), false],
  ])('%s', (_, repositories, name, watched) => {
    expect(watchedBy(repositories)(name)).toBe(watched)
  })

  it('by its whole name, or else only where all are listed', () => {
    expect(watchedByName(['base', 'prod/*', 'app?', 'a/b'])).toEqual(['base', 'a/b'])
  })
})
