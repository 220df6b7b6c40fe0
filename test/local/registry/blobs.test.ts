import { expect, test } from 'vitest'
import { blob, pushBlob, refusal, testRegistry } from './support.ts'

const letters = blob('abcdefghij')
const at = `team/app/blobs/${letters.digest}`

test('a blob is served whole, and HEAD tells its length and digest', async () => {
  const registry = await testRegistry()
  await pushBlob(registry, 'team/app', letters)

  const got = await registry.fetch('GET', at)
  expect([got.status, await got.text()]).toEqual([200, 'abcdefghij'])

  const head = await registry.fetch('HEAD', at)
  expect(head.status).toBe(200)
  expect(head.headers.get('content-length')).toBe('10')
  expect(head.headers.get('docker-content-digest')).toBe(letters.digest)
})

const ranges: [range: string, status: number, body: string, contentRange: string | null][] = [
  ['bytes=0-0', 206, 'a', 'bytes 0-0/10'],
  ['bytes=2-4', 206, 'cde', 'bytes 2-4/10'],
  ['bytes=7-', 206, 'hij', 'bytes 7-9/10'],
  ['bytes=7-999', 206, 'hij', 'bytes 7-9/10'],
  ['bytes=-3', 206, 'hij', 'bytes 7-9/10'],
  ['bytes=-99', 206, 'abcdefghij', 'bytes 0-9/10'],
  ['bytes=-', 200, 'abcdefghij', null],
  ['bytes=0-1,3-4', 200, 'abcdefghij', null],
  ['lines=0-1', 200, 'abcdefghij', null],
]
test.each(ranges)('range %s', async (range, status, body, contentRange) => {
  const registry = await testRegistry()
  await pushBlob(registry, 'team/app', letters)
  const got = await registry.fetch('GET', at, { headers: { range } })
  expect([got.status, await got.text(), got.headers.get('content-range')]).toEqual([status, body, contentRange])
})

test.each(['bytes=10-', 'bytes=10-20', 'bytes=5-4', 'bytes=-0'])('range %s cannot be satisfied', async (range) => {
  const registry = await testRegistry()
  await pushBlob(registry, 'team/app', letters)
  const got = await registry.fetch('GET', at, { headers: { range } })
  expect(got.headers.get('content-range')).toBe('bytes */10')
  expect((await refusal(got))[0]).toBe(416)
})

test('an empty blob is a blob', async () => {
  const registry = await testRegistry()
  const empty = blob('')
  await pushBlob(registry, 'team/app', empty)
  const got = await registry.fetch('GET', `team/app/blobs/${empty.digest}`)
  expect([got.status, await got.text()]).toEqual([200, ''])
})

test('a blob belongs to the repository it was pushed to', async () => {
  const registry = await testRegistry()
  await pushBlob(registry, 'team/app', letters)
  const elsewhere = await registry.fetch('GET', `team/other/blobs/${letters.digest}`)
  expect(await refusal(elsewhere)).toEqual([404, 'BLOB_UNKNOWN'])
})

test('a deleted blob is gone, and gone for good', async () => {
  const registry = await testRegistry()
  await pushBlob(registry, 'team/app', letters)
  expect((await registry.fetch('DELETE', at)).status).toBe(202)
  expect(await refusal(await registry.fetch('GET', at))).toEqual([404, 'BLOB_UNKNOWN'])
  expect(await refusal(await registry.fetch('DELETE', at))).toEqual([404, 'BLOB_UNKNOWN'])
})

test.each(['sha256:abc', `sha256:${'A'.repeat(64)}`, `sha512:${'a'.repeat(128)}`, 'abc'])(
  '%s is no digest of a blob',
  async (digest) => {
    const registry = await testRegistry()
    expect(await refusal(await registry.fetch('GET', `team/app/blobs/${digest}`))).toEqual([400, 'DIGEST_INVALID'])
    expect(await refusal(await registry.fetch('DELETE', `team/app/blobs/${digest}`))).toEqual([400, 'DIGEST_INVALID'])
  },
)
