import { expect, it } from 'vitest'
import { Misconfigured } from '../../lambda/errors.ts'
import { tufFetcher } from '../../lambda/trust/tuf-fetcher.ts'

const fetcher = (url: string) => () =>
  tufFetcher({ name: 'acme', url, root: '', target: 'trusted_root.json' }, '/nowhere', AbortSignal.abort())

it.each([
  'https://user@tuf.example.com',
  'https://:secret@tuf.example.com',
  'http://tuf.example.com',
  'http://localhost.example.com',
  'http://10.0.0.1',
  'ftp://127.0.0.1',
])('a mirror is not read at %s', (url) => {
  expect(fetcher(url)).toThrow(Misconfigured)
})

it.each(['https://tuf.example.com', 'http://127.0.0.1:8080/tuf', 'http://localhost:8080', 'http://[::1]:8080'])(
  'a mirror is read at %s',
  (url) => {
    expect(fetcher(url)).not.toThrow()
  },
)
