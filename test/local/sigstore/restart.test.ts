import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { signStatement } from '../../../local/signing/bundle.ts'
import { keyless } from '../../../local/signing/keyless.ts'
import { signatureStatement } from '../../../local/signing/statement.ts'
import { type PrivateSigstore, startSigstore } from '../../../local/sigstore/server.ts'
import { githubClaims } from '../../../local/sigstore/token.ts'
import { openLog } from '../../../local/sigstore/transparency-log.ts'
import { throughJson, verifyBundle } from './verify-bundle.ts'

const CLAIMS = githubClaims({ repository: 'acme/app', workflow: 'release.yml' })
const DIGEST = `sha256:${'ab'.repeat(32)}` as const

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'assay-sigstore-'))
})
afterEach(async () => {
  await rm(dir, { recursive: true })
})

async function run<T>(work: (sigstore: PrivateSigstore) => Promise<T>, at = '2026-03-01T12:00:00Z'): Promise<T> {
  const sigstore = await startSigstore({ dir, port: 0, now: () => new Date(at) })
  try {
    return await work(sigstore)
  } finally {
    await sigstore.close()
  }
}

async function sign({ url }: PrivateSigstore, witnessed: 'rekor1' | 'rekor2') {
  return throughJson(await signStatement(signatureStatement(DIGEST), keyless(CLAIMS, { url, witnessed })))
}

describe('after a restart', () => {
  it.each(['rekor1', 'rekor2'] as const)('what was signed before still verifies, and %s goes on', async (witnessed) => {
    const before = await run((sigstore) => sign(sigstore, witnessed))
    await run(async (sigstore) => {
      const after = await sign(sigstore, witnessed)
      for (const bundle of [before, after]) expect(() => verifyBundle(sigstore.trustedRoot, bundle)).not.toThrow()
      expect(before.verificationMaterial.tlogEntries[0]?.inclusionProof?.treeSize).toBe('1')
      expect(after.verificationMaterial.tlogEntries[0]?.logIndex).toBe('1')
      expect(after.verificationMaterial.tlogEntries[0]?.inclusionProof?.treeSize).toBe('2')
    }, '2026-09-01T12:00:00Z')
  })

  it('the files of clients say where it answers now', async () => {
    await run(async () => {})
    const { url, root } = await run(async (sigstore) => ({ url: sigstore.url, root: sigstore.trustedRoot }))
    const file = async (name: string) => await readFile(join(dir, 'client', name), 'utf8')
    expect(JSON.parse(await file('trusted_root.json'))).toEqual(root)
    expect(JSON.parse(await file('signing-config-rekor1.json'))).toMatchObject({ rekorTlogUrls: [{ url }] })
    expect((await readdir(join(dir, 'client'))).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

describe('a log on disk', () => {
  const entry = (text: string) => ({ body: Buffer.from(text).toString('base64'), integratedTime: 1 })

  it('is the same tree when it is opened again', () => {
    const log = openLog(dir)
    for (const text of ['a', 'b', 'c']) log.append(entry(text))
    const again = openLog(dir)
    expect(again.inclusion(1)).toEqual(log.inclusion(1))
    expect(again.append(entry('d'))).toMatchObject({ index: 3 })
  })

  it('is not opened with an entry missing', async () => {
    const log = openLog(dir)
    for (const text of ['a', 'b', 'c']) log.append(entry(text))
    await rm(join(dir, '000000000001.json'))
    expect(() => openLog(dir)).toThrow('has 000000000002.json where 000000000001.json belongs')
  })
})
