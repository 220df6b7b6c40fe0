import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { pushImage } from '../../local/signing/image.ts'
import { generateKeys } from '../../local/signing/key.ts'
import { attachLegacySignature } from '../../local/signing/legacy.ts'
import { signImage } from '../../local/signing/sign-image.ts'
import { withKey } from '../../local/signing/signing.ts'
import { tar } from '../../local/signing/tar.ts'
import { cosignIn, cosignKeys } from './cosign.ts'
import { startDockerRegistry } from './docker-registry.ts'
import { caseWith, exitOf, run } from './tools.ts'

const CLI = new URL('../../cli/assay.mjs', import.meta.url).pathname
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-verify-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function assay(...parameters: string[]): Promise<number | null> {
  return new Promise((done) => {
    spawn(process.execPath, [CLI, ...parameters], { stdio: 'ignore' }).on('close', done)
  })
}

describe('assay verify on a registry without referrers (CNCF Distribution)', () => {
  caseWith(
    ['docker-registry', 'crane', 'cosign'],
    'what cosign signs is verified; unsigned and wrong key are not',
    async () => {
      const registry = await startDockerRegistry(folder)
      try {
        await cosignKeys(folder)
        const cosign = await cosignIn(folder, 'http://127.0.0.1:1', folder)
        const layer = join(folder, 'layer.tar.gz')
        const images: string[] = []
        for (const name of ['unsigned', 'bundle', 'legacy']) {
          await writeFile(layer, gzipSync(tar({ 'app.txt': name })))
          images.push(
            await run('crane', ['append', '--oci-empty-base', '-f', layer, '-t', `${registry.host}/${name}:v1`]),
          )
        }
        const [unsigned = '', bundle = '', legacy = ''] = images
        await cosign.signByKey(bundle)
        await cosign.signByKeyLegacy(legacy)
        expect(await assay('verify', unsigned, '--key', cosign.publicKey)).toBe(1)
        expect(await assay('verify', bundle, '--key', cosign.publicKey)).toBe(0)
        expect(await assay('verify', legacy, '--key', cosign.publicKey)).toBe(0)
        const other = join(folder, 'other.pub')
        await writeFile(other, generateKeys().publicKey)
        expect(await assay('verify', bundle, '--key', other)).toBe(1)
      } finally {
        registry.close()
      }
    },
  )

  caseWith(['docker-registry', 'cosign'], 'what our own helpers sign, cosign verifies', async () => {
    const registry = await startDockerRegistry(folder)
    try {
      const keys = generateKeys()
      const publicKey = join(folder, 'helper.pub')
      await writeFile(publicKey, keys.publicKey)
      const repository = { registry: `http://${registry.host}`, name: 'helper' }
      const bundle = await pushImage({ ...repository, tag: 'bundle', files: { 'a.txt': 'bundle' } })
      await signImage(repository, bundle, withKey(keys.privateKey), { team: 'blue' })
      const legacy = await pushImage({ ...repository, tag: 'legacy', files: { 'a.txt': 'legacy' } })
      await attachLegacySignature(repository, legacy.digest, withKey(keys.privateKey))
      for (const tag of ['bundle', 'legacy']) {
        const parameters = ['verify', '--key', publicKey, '--insecure-ignore-tlog', '--allow-http-registry']
        expect(await exitOf('cosign', [...parameters, `${registry.host}/helper:${tag}`], { HOME: folder })).toBe(0)
      }
    } finally {
      registry.close()
    }
  })
})
