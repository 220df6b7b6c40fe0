import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import type { StatusResponse } from '../../lambda/core/response.ts'
import { quarantineTag } from '../../lambda/core/tags.ts'
import { tar } from '../../local/signing/tar.ts'
import { startStack } from '../../local/stack.ts'
import { cosignIn, cosignKeys } from './cosign.ts'
import { interopPolicies } from './policies.ts'
import { caseWith, exitOf, run } from './tools.ts'

let folder: string
let stack: Awaited<ReturnType<typeof startStack>>
let cosign: Awaited<ReturnType<typeof cosignIn>>
let host: string
const CLI = new URL('../../cli/assay.mjs', import.meta.url).pathname
const PATIENCE = { timeout: 30_000, interval: 50 }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-interop-'))
  const policies = join(folder, 'policies')
  await mkdir(policies)
  const keys = join(folder, 'cosign')
  await writeFile(join(policies, 'interop.yaml'), interopPolicies(await cosignKeys(keys)))
  stack = await startStack({
    apiPort: 0,
    registryPort: 0,
    dataDir: join(folder, 'data'),
    policies,
    samples: false,
    log: () => {},
  })
  host = new URL(stack.registryUrl).host
  cosign = await cosignIn(keys, stack.sigstoreUrl, join(folder, 'data', 'sigstore', 'client'))
})

afterAll(async () => {
  await stack?.close()
  await rm(folder, { recursive: true, force: true })
})

/** Builds an image of one file with crane and pushes it; returns `HOST/NAME@DIGEST`. */
async function build(name: string, tag: string): Promise<string> {
  const layer = join(folder, `${name.replaceAll('/', '-')}-${tag}.tar.gz`)
  await writeFile(layer, gzipSync(tar({ 'app.txt': `${name}:${tag}\n` })))
  return run('crane', ['append', '--oci-empty-base', '-f', layer, '-t', `${host}/${name}:${tag}`])
}

async function status(image: string): Promise<StatusResponse> {
  const answer = await fetch(`${stack.apiUrl}/v1/status?image=${encodeURIComponent(image)}`)
  return (await answer.json()) as StatusResponse
}

async function becomes(image: string, state: string): Promise<StatusResponse> {
  await vi.waitFor(async () => expect((await status(image)).state).toBe(state), PATIENCE)
  return status(image)
}

function replay(parameters: readonly string[]) {
  const env = { ...process.env, ASSAY_DATA: join(folder, 'data') }
  return promisify(execFile)(process.execPath, [CLI, 'replay', ...parameters], { env })
}

function advance(seconds: number): Promise<Response> {
  return fetch(`${stack.apiUrl}/local/clock`, { method: 'POST', body: JSON.stringify({ advanceSeconds: seconds }) })
}

describe('real tools on the running stack', () => {
  caseWith(['crane', 'cosign'], 'cosign 3 key signature', async () => {
    const image = await build('key/new', 'v1')
    await becomes(image, 'pending')
    await cosign.signByKey(image, '-a', 'team=blue')
    const { signers } = await becomes(`${host}/key/new:v1`, 'verified')
    expect(signers).toMatchObject([{ key: expect.stringMatching(/^sha256:/) }])
    expect(await cosign.verifyByKey(image)).toBe(0)
  })

  caseWith(['crane', 'cosign'], 'legacy .sig key signature', async () => {
    const image = await build('key/legacy', 'v1')
    await cosign.signByKeyLegacy(image)
    await becomes(image, 'verified')
    expect((await run('crane', ['ls', `${host}/key/legacy`])).split('\n')).toContainEqual(
      expect.stringMatching(/^sha256-.*\.sig$/),
    )
  })

  caseWith(['crane', 'cosign'], 'keyless signatures: log, log with timestamp, Rekor v2, legacy', async () => {
    for (const witnessed of ['rekor1', 'rekor1-tsa', 'rekor2'] as const) {
      const image = await build(`keyless/${witnessed}`, 'v1')
      await cosign.signKeyless(image, witnessed)
      const { signers } = await becomes(image, 'verified')
      expect(signers).toMatchObject([{ subject: expect.stringContaining('acme/app') }])
    }
    const image = await build('keyless/legacy', 'v1')
    await cosign.signKeylessLegacy(image)
    await becomes(image, 'verified')
    expect(await cosign.verifyKeyless(`${host}/keyless/rekor1:v1`)).toBe(0)
  })

  caseWith(['crane', 'cosign'], 'a key signature does not satisfy a keyless policy', async () => {
    const image = await build('keyless/by-key', 'v1')
    await cosign.signByKey(image)
    await stack.idle()
    const { state, checks } = await status(image)
    expect(state).toBe('pending')
    expect(checks).toMatchObject([{ outcome: 'fail', reason: 'wrong-key-kind' }])
  })

  caseWith(['crane', 'cosign'], 'attested provenance; the attestation is no signature', async () => {
    const image = await build('attested/app', 'v1')
    await cosign.attestProvenance(image)
    await becomes(image, 'verified')
    const other = await build('keyless/attested', 'v1')
    await cosign.attestProvenance(other)
    await stack.idle()
    expect(await status(other)).toMatchObject({ state: 'pending', checks: [{ reason: 'no-matching-signature' }] })
  })

  caseWith(['crane', 'cosign'], 'an index of two platforms, copied and signed with its children', async () => {
    const one = await build('key/parts', 'amd64')
    const two = await build('key/parts', 'arm64')
    const index = await run('crane', ['index', 'append', '-m', one, '-m', two, '-t', `${host}/key/parts:v1`])
    await cosign.signByKey(index, '--recursive')
    await becomes(`${host}/key/parts:v1`, 'verified')
    await run('crane', ['copy', `${host}/key/parts:v1`, `${host}/key/copied:v1`])
    await becomes(`${host}/key/copied:v1`, 'pending')
  })

  caseWith(
    ['crane', 'cosign', 'oras'],
    'oras lists what cosign attached, and attaches an SBOM that changes no verdict',
    async () => {
      const image = await build('key/listed', 'v1')
      await cosign.signByKey(image)
      await becomes(image, 'verified')
      const sbom = join(folder, 'sbom.json')
      await writeFile(sbom, '{"spdxVersion":"SPDX-2.3"}')
      const attach = [
        'attach',
        '--plain-http',
        '--disable-path-validation',
        '--artifact-type',
        'application/spdx+json',
        image,
        sbom,
      ]
      await run('oras', attach)
      const listed = await run('oras', ['discover', '--plain-http', '--format', 'json', image])
      expect(listed).toContain('application/vnd.dev.sigstore.bundle.v0.3+json')
      expect(listed).toContain('application/spdx+json')
      await stack.idle()
      expect((await status(image)).state).toBe('verified')
    },
  )

  caseWith(['crane', 'cosign'], 'unsigned: failed, taken, told; signed late: given back', async () => {
    const image = await build('key/late', 'v1')
    const digest = image.slice(image.indexOf('@') + 1) as `sha256:${string}`
    await becomes(image, 'pending')
    await advance(600)
    await becomes(image, 'failed')
    await vi.waitFor(async () => expect(await exitOf('crane', ['digest', `${host}/key/late:v1`])).not.toBe(0), PATIENCE)
    expect(await run('crane', ['digest', `${host}/key/late:${quarantineTag(digest)}`])).toBe(digest)
    // Taken at the registry first, and written down then
    const taken = { digest, quarantined: true, state: 'failed' }
    await vi.waitFor(async () => expect(await status(`${host}/key/late:v1`)).toMatchObject(taken), PATIENCE)
    await cosign.signByKey(image)
    await becomes(image, 'verified')
    await vi.waitFor(async () => expect(await run('crane', ['digest', `${host}/key/late:v1`])).toBe(digest), PATIENCE)
    const told = async () => {
      const alerts = (await (await fetch(`${stack.apiUrl}/local/alerts`)).json()) as { image: string; state: string }[]
      return alerts.filter((one) => one.image.endsWith(digest)).map(({ state }) => state)
    }
    await vi.waitFor(async () => expect(await told()).toEqual(['failed', 'verified']), PATIENCE)
  })

  caseWith(['crane', 'notation'], 'a Notation signature is seen and does not count', async () => {
    const image = await build('key/notation', 'v1')
    const env = { XDG_CONFIG_HOME: join(folder, 'notation'), HOME: folder }
    await run('notation', ['cert', 'generate-test', '--default', 'assay-test'], env)
    await run('notation', ['sign', '--insecure-registry', image], env)
    await stack.idle()
    expect(await status(image)).toMatchObject({ state: 'pending', checks: [{ reason: 'unsupported' }] })
  })

  caseWith(['crane', 'cosign'], 'each platform of an index is to be signed: the last one verifies it', async () => {
    const one = await build('each/app', 'one')
    const two = await build('each/app', 'two')
    const index = await run('crane', ['index', 'append', '-m', one, '-m', two, '-t', `${host}/each/app:v1`])
    await cosign.signByKey(index)
    await cosign.signByKey(one)
    await stack.idle()
    expect(await status(index)).toMatchObject({ state: 'pending' })
    await cosign.signByKey(two)
    const { checks } = await becomes(`${host}/each/app:v1`, 'verified')
    expect(checks).toHaveLength(2)
  })

  caseWith(['crane', 'cosign'], 'provenance of every platform stands for that of the index', async () => {
    const one = await build('attested/parts', 'one')
    const two = await build('attested/parts', 'two')
    const index = await run('crane', ['index', 'append', '-m', one, '-m', two, '-t', `${host}/attested/parts:v1`])
    await cosign.attestProvenance(one)
    await stack.idle()
    expect(await status(index)).toMatchObject({ state: 'pending' })
    await cosign.attestProvenance(two)
    await becomes(index, 'verified')
  })

  caseWith(['crane', 'cosign'], 'cosign 2 style referrers (OCI 1.1, experimental)', async () => {
    const image = await build('key/oci11', 'v1')
    await cosign.signByKeyOci11(image)
    await becomes(image, 'verified')
    expect((await run('crane', ['ls', `${host}/key/oci11`])).split('\n')).toEqual(['v1'])
  })

  caseWith(['crane', 'cosign'], 'what a verdict rests on is kept: every one is replayed, byte for byte', async () => {
    const { stdout } = await replay(['--all', '--api', stack.apiUrl])
    expect(stdout).toMatch(/^\d+ the same, 0 changed, 0 could not be replayed$/m)
  })
})
