import { hash } from 'node:crypto'
import { resolve } from 'node:path'
import type { Artifact } from '../../lambda/trust/artifact.ts'
import { type Case, readCases } from './case.ts'
import { judge } from './judge.ts'
import { sha256Prehash } from './prehash.ts'

// npm run test:conformance -- DIR [--verbose]: judges every bundle below a copy of sigstore-conformance, once with the bytes
// of the artifact and once with their digest alone, and names each case where the verdict is not the one it must be.

const WAYS: Readonly<Record<string, (artifact: Buffer) => Artifact>> = {
  path: (artifact) => artifact,
  digest: (artifact) => sha256Prehash(hash('sha256', artifact, 'buffer')),
}

const [folder, ...flags] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: npm run test:conformance -- DIR [--verbose]')
const cases = await readCases(resolve(folder))
if (cases.length === 0) throw new Error(`${folder} holds no case`)

const agreed = Object.entries(WAYS).map(([way, view]) => {
  const passed = cases.filter((one) => agrees(one, way, view(one.artifact))).length
  return { way, passed, failed: cases.length - passed }
})
for (const { way, passed, failed } of agreed) console.log(`${way}: ${passed} passed, ${failed} failed`)
const sum = (count: (of: (typeof agreed)[number]) => number) => agreed.reduce((total, one) => total + count(one), 0)
console.log(`${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`)
process.exitCode = agreed.every(({ failed }) => failed === 0) ? 0 : 1

function agrees(one: Case, way: string, artifact: Artifact): boolean {
  const fault = judge(one, artifact)
  const agree = (fault !== undefined) === one.mustFail
  if (!agree || flags.includes('--verbose')) {
    console.log(`${agree ? 'ok   ' : 'WRONG'} ${way} ${one.name}: ${fault ?? 'accepted'}`)
  }
  return agree
}
