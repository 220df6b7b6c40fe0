import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { imageRuntime } from '../../lambda/core/image-runtime.ts'

describe('the user', () => {
  test.each([
    [undefined, 'root'],
    ['', 'root'],
    ['0', 'root'],
    ['root', 'root'],
    ['0:0', 'root'],
    ['0:1000', 'root'],
    ['root:wheel', 'root'],
    [':1000', 'root'],
    ['000', 'root'],
    ['+0', 'root'],
    ['-0', 'root'],
    [65532, 'root'],
    ['65532', '65532'],
    ['65532:65532', '65532:65532'],
    ['nonroot', 'nonroot'],
    ['1000:0', '1000:0'],
    ['10', '10'],
    ['0x0', '0x0'],
    ['01', '01'],
    ['Root', 'Root'],
    ['root2', 'root2'],
    ['ContainerUser', 'ContainerUser'],
    ['u'.repeat(501), 'u'.repeat(500)],
  ])('%j is %s', (User, wanted) => {
    expect(imageRuntime({ config: { User } }).user).toBe(wanted)
  })
})

describe('the entrypoint', () => {
  test.each([
    [undefined, []],
    [[], []],
    [
      ['/usr/bin/node', '--inspect'],
      ['/usr/bin/node', '--inspect'],
    ],
    ['/bin/sh', []],
    [
      ['a', null, 7, 'b'],
      ['a', 'b'],
    ],
    [['x'.repeat(501)], ['x'.repeat(500)]],
    [Array(60).fill('x'), Array(50).fill('x')],
  ])('%j', (Entrypoint, wanted) => {
    expect(imageRuntime({ config: { Entrypoint } }).entrypoint).toEqual(wanted)
  })
})

test('a config without any is run by root', () => {
  expect(imageRuntime({})).toEqual({ user: 'root', entrypoint: [] })
  expect(imageRuntime({ config: [] })).toEqual({ user: 'root', entrypoint: [] })
})

test('a number is root exactly where it is 0', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('', ':0', ':users'), (uid, group) => {
      expect(imageRuntime({ config: { User: `${uid}${group}` } }).user === 'root').toBe(uid === 0)
    }),
  )
})
