import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { tar } from '../../local/signing/tar.ts'
import { emptyRepository } from '../local/signing/registry.ts'
import { cosignIn, cosignKeys } from './cosign.ts'
import { caseWith, run } from './tools.ts'

const CLI = new URL('../../cli/assay.mjs', import.meta.url).pathname
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-content-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function verify(image: string, policy: string): Promise<number | null> {
  return new Promise((done) => {
    spawn(process.execPath, [CLI, 'verify', image, '--policy', policy], { stdio: 'ignore' }).on('close', done)
  })
}

const SBOM = (name: string) => ({
  spdxVersion: 'SPDX-2.3',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'app',
  dataLicense: 'CC0-1.0',
  documentNamespace: 'https://acme.example/app',
  creationInfo: { created: '2026-11-26T00:00:00Z', creators: ['Tool: test'] },
  packages: [{ SPDXID: 'SPDXRef-a', name, versionInfo: '1.0', downloadLocation: 'NOASSERTION' }],
})
const REGO =
  'package sigstore\nisCompliant { count(input.predicate.packages) == 1; input.predicate.packages[0].name == "busybox" }'
const ASKED: readonly (readonly [what: string, kind: string, asks: object])[] = [
  ['a built-in rule', 'VerificationPolicy', { sbom: { formats: ['spdx-2.3'], packages: { denied: ['xz'] } } }],
  ['CEL', 'VerificationPolicy', { policy: { type: 'cel', data: 'predicate.packages.all(one, one.name != "xz")' } }],
  ['CUE', 'ClusterImagePolicy', { policy: { type: 'cue', data: 'predicate: packages: [...{name: !="xz"}]' } }],
  ['Rego', 'ClusterImagePolicy', { policy: { type: 'rego', data: REGO } }],
]

describe('what cosign attests is asked by policy', () => {
  caseWith(['crane', 'cosign'], 'in both of its formats, by every language', async () => {
    const { registry, name } = await emptyRepository()
    const host = new URL(registry).host
    const publicKey = await cosignKeys(folder)
    const cosign = await cosignIn(folder, 'http://127.0.0.1:1', folder)
    const at = (file: string) => join(folder, file)
    await writeFile(at('good.json'), JSON.stringify(SBOM('busybox')))
    await writeFile(at('bad.json'), JSON.stringify(SBOM('xz')))
    const image = async (content: string, inOldFormat: boolean) => {
      await writeFile(at('layer.tar.gz'), gzipSync(tar({ 'app.txt': `${content} ${inOldFormat}` })))
      const to = `${host}/${name}:${content}-${inOldFormat}`
      const pushed = await run('crane', ['append', '--oci-empty-base', '-f', at('layer.tar.gz'), '-t', to])
      await cosign.attestByKey(pushed, 'spdxjson', at(`${content}.json`), inOldFormat)
      return pushed
    }
    const images: string[] = []
    for (const inOldFormat of [false, true]) {
      for (const content of ['good', 'bad']) images.push(await image(content, inOldFormat))
    }

    for (const [what, kind, asks] of ASKED) {
      const apiVersion = kind === 'ClusterImagePolicy' ? 'policy.sigstore.dev/v1beta1' : 'assay.dev/v1alpha1'
      const attestations = [{ name: 'sbom', predicateType: 'https://spdx.dev/Document', ...asks }]
      const spec = { images: [{ glob: `${host}/**` }], authorities: [{ key: { data: publicKey }, attestations }] }
      await writeFile(at('policy.yaml'), JSON.stringify({ apiVersion, kind, metadata: { name: 'sbom' }, spec }))
      const codes = []
      for (const one of images) codes.push(await verify(one, at('policy.yaml')))
      expect([what, ...codes]).toEqual([what, 0, 1, 0, 1])
    }
  })
})
