import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isDigest } from '../../lambda/core/image.ts'
import { mapLimited } from '../../lambda/map-limited.ts'
import { startRegistry } from '../../local/registry/server.ts'
import { pushLayout } from './layout.ts'
import { expectedExit, keyTextOf, optionsFor, readVectors, type Vector } from './vector.ts'

// npm run test:vectors -- DIR: loads each image layout below DIR into a local registry and compares what
// `assay verify` exits with to what the vector expects, and replays each verdict from what was kept of it. With --fallback the registry has no referrers API.

const CLI = new URL('../../cli/assay.mjs', import.meta.url).pathname
const AT_ONCE = 2

const [folder, ...flags] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: npm run test:vectors -- DIR [--fallback]')
const data = resolve(folder)
const scratch = await mkdtemp(join(tmpdir(), 'assay-vectors-'))
const registry = await startRegistry({
  dir: join(scratch, 'registry'),
  port: 0,
  account: '000000000000',
  region: 'us-east-1',
  now: () => new Date(),
  onEvent: async () => {},
  referrersApi: !flags.includes('--fallback'),
})

try {
  const vectors = await readVectors(data)
  const results = await mapLimited(vectors, AT_ONCE, check)
  const judged = results.filter((result) => result !== undefined)
  const agreed = judged.filter(Boolean).length
  console.log(`${agreed} passed, ${judged.length - agreed} failed, ${results.length - judged.length} skipped`)
  process.exitCode = agreed === judged.length && judged.length > 0 ? 0 : 1
} finally {
  await registry.close()
  await rm(scratch, { recursive: true, force: true })
}

/** True: agrees. Undefined: not ours to judge yet. */
async function check(one: Vector): Promise<boolean | undefined> {
  const expected = expectedExit(one)
  if (expected === undefined) {
    console.log(`skip  ${one.name}: expects "${one.expect}", which is not judged yet`)
    return undefined
  }
  await pushLayout(join(data, one.name, 'layout'), { registry: registry.url, name: one.name })
  const keyText = await keyTextOf(one, data)
  const options = await optionsFor(one, data, scratch, keyText)
  const image = `${new URL(registry.url).host}/${one.name}@${one.digest}`
  const evidence = join(scratch, 'evidence', one.name)
  const { code, output } = await assay(['verify', image, ...options, '--evidence', evidence])
  // The exit code alone would take a crash for a rejection
  const asExpected = code === expected && output.startsWith(`${image} ${code === 0 ? 'verified' : 'failed'}`)
  const agrees = asExpected && (await isReplayed(output, evidence))
  console.log(
    `${agrees ? 'ok   ' : 'WRONG'} ${one.name}: exit ${code}, expected ${expected}${agrees ? '' : `\n${output}`}`,
  )
  return agrees
}

/** Whether the verdict comes out again, byte for byte, from what was kept of it. */
async function isReplayed(output: string, evidence: string): Promise<boolean> {
  const transcript = output.match(/sha256:[0-9a-f]{64}(?= --evidence)/)?.[0]
  if (!isDigest(transcript)) return false
  const replayed = await assay(['replay', transcript, '--evidence', evidence])
  if (replayed.code !== 0) console.log(replayed.output)
  return replayed.code === 0
}

function assay(parameters: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [CLI, ...parameters], { env: { ...process.env, NO_COLOR: '1' } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
    child.on('close', (code) => done({ code, output }))
  })
}
