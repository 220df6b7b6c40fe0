import { describe, expect, it } from 'vitest'
import { BadInput } from '../../lambda/core/bad-input.ts'
import type { Digest } from '../../lambda/core/image.ts'
import { Misconfigured } from '../../lambda/errors.ts'
import { ociRegistry } from '../../lambda/registry/oci.ts'
import { testRegistry } from '../contracts/registry.ts'
import { localRegistry } from './local-registry.ts'

for (const referrersApi of [true, false]) {
  testRegistry({
    title: referrersApi ? 'OCI 1.1 over HTTP' : 'OCI before 1.1 over HTTP',
    referrers: referrersApi,
    tagsOf: false,
    make: async () => {
      const { host, push } = await localRegistry({ referrersApi })
      return { registry: ociRegistry({ host, scheme: 'http', limits: { names: 2 } }), push }
    },
  })
}

describe('ociRegistry', () => {
  it.each([
    ['http', 'registry.example'],
    ['http', 'localhost:5500'],
    ['http', '10.0.0.1'],
    ['http', '127.0.0.1.evil.org'],
    ['https', 'registry.example/path'],
    ['https', 'user@registry.example'],
    ['https', 'registry.example?x'],
    ['https', 'Registry.example'],
    ['https', ''],
  ] as const)('is not made for %s://%s', (scheme, host) => {
    expect(() => ociRegistry({ host, scheme })).toThrow(Misconfigured)
  })

  it.each([
    ['../../v2/other', 'latest'],
    ['app?x=', 'latest'],
    ['App', 'latest'],
    ['app', '../tags/list'],
    ['app', ''],
    ['app', 'sha256:abc'],
    ['app', `sha512:${'0'.repeat(128)}`],
  ])('asks nothing for %j and %j', async (name, reference) => {
    const registry = ociRegistry({ host: 'registry.example', fetch: neverFetch })
    const broken = `sha256:../${reference}` as Digest
    await expect(registry.manifest(name, reference)).rejects.toBeInstanceOf(BadInput)
    await expect(registry.peek(name, reference)).rejects.toBeInstanceOf(BadInput)
    await expect(registry.blob('app', broken, 10)).rejects.toBeInstanceOf(BadInput)
    await expect(registry.layer('app', broken, new AbortController().signal)).rejects.toBeInstanceOf(BadInput)
    await expect(registry.referrers('app', broken)).rejects.toBeInstanceOf(BadInput)
  })
})

function neverFetch(): never {
  throw new Error('a request was made')
}
