import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onRememberedPort } from '../../local/stack/remembered-port.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Starts on the port asked for unless it is taken; a free one is 4000. */
function server(taken: number[], asked: number[]) {
  return async (port: number) => {
    asked.push(port)
    if (taken.includes(port)) throw new Error('EADDRINUSE')
    return { url: `http://127.0.0.1:${port === 0 ? 4000 : port}` }
  }
}

test('the port of the first start is asked for again', async () => {
  const file = join(temporaryFolder(), 'port')
  const asked: number[] = []
  await onRememberedPort(file, server([], asked))
  await onRememberedPort(file, server([], asked))
  expect(asked).toEqual([0, 4000])
})

test('a port taken since then is given up for a free one', async () => {
  const file = join(temporaryFolder(), 'port')
  writeFileSync(file, '3999')
  const asked: number[] = []
  const { url } = await onRememberedPort(file, server([3999], asked))
  expect(url).toBe('http://127.0.0.1:4000')
  expect(asked).toEqual([3999, 0])
})

test.each(['', 'port', '-1', '65536', '1.5'])('a file that says %j is no port', async (text) => {
  const file = join(temporaryFolder(), 'port')
  writeFileSync(file, text)
  const asked: number[] = []
  await onRememberedPort(file, server([], asked))
  expect(asked).toEqual([0])
})
