import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { parseImage } from '../../lambda/core/image.ts'
import { compileGlob, matchesReference } from '../../lambda/core/policy/glob.ts'
import { globFault } from '../../lambda/core/policy/glob-fault.ts'
import { loadPolicies } from '../../lambda/core/policy/load.ts'
import { evaluations } from './evaluations.ts'
import { type Outcome, whyExpected } from './known.ts'

// npm run test:policies -- DIR: the policy files and cases of sigstore/policy-controller. Each file must be accepted or refused
// as upstream does it, with upstream's message in ours; what differs must be known, with its reason (known.ts).

type Admission = { file: string; expect: 'accept' | 'reject'; expectedErrors?: readonly string[] }
type DocumentCase = { name: string; doc: string; wantErr: string | null; failOnEmptyAuthorities: boolean }
type GlobCase = { image: string; glob: string; wantMatch: boolean; wantErr: boolean }

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: npm run test:policies -- DIR')
  process.exit(2)
}
const read = (file: string) => readFile(join(folder, file), 'utf8')
const outcomes = [...(await admissions()), ...(await documents()), ...(await globs()), ...(await evaluations(folder))]

const differing = outcomes.filter(({ differs }) => differs !== undefined)
const explained = differing.map((outcome) => ({ outcome, why: whyExpected(outcome) }))
for (const { outcome, why } of explained) {
  console.log(`${why === undefined ? 'FAILED ' : 'differs'} ${outcome.name}: ${why?.join('; ') ?? outcome.differs}`)
}
const failed = explained.filter(({ why }) => why === undefined).length
console.log(
  `${outcomes.length - differing.length} as upstream, ${differing.length - failed} differ for known reasons, ${failed} failed`,
)
process.exitCode = failed === 0 && outcomes.length > 0 ? 0 : 1

async function admissions(): Promise<Outcome[]> {
  const cases = JSON.parse(await read('derived-admission-expectations.json')) as Admission[]
  return Promise.all(
    cases.map(async ({ file, expect, expectedErrors = [] }) => {
      const said = errorsIn(await read(file))
      if (expect === 'accept') return { name: file, said, differs: said === '' ? undefined : `refused: ${said}` }
      const missing = expectedErrors.filter((text) => !said.includes(text))
      return { name: file, said, differs: told(said, missing) }
    }),
  )
}

async function documents(): Promise<Outcome[]> {
  const { cases } = JSON.parse(await read('derived-document-cases.json')) as { cases: DocumentCase[] }
  return cases.map(({ name, doc, wantErr }) => {
    const said = errorsIn(doc)
    if (wantErr === null) return { name, said, differs: said === '' ? undefined : `refused: ${said}` }
    return { name, said, differs: told(said, said.includes(wantErr) ? [] : [wantErr]) }
  })
}

async function globs(): Promise<Outcome[]> {
  const cases = JSON.parse(await read('derived-glob-cases.json')) as GlobCase[]
  return cases.map(({ image, glob, wantMatch, wantErr }) => {
    const came = match(image, glob)
    const same = wantErr ? typeof came === 'string' : came === wantMatch
    return { name: `${glob} on ${image}`, said: String(came), differs: same ? undefined : `${came}, not ${wantMatch}` }
  })
}

/** Whether they match, or why one of them is none. */
function match(image: string, glob: string): boolean | string {
  const fault = globFault(glob, 'reference')
  if (fault !== undefined) return fault
  try {
    return matchesReference(compileGlob(glob, 'reference'), parseImage(image), image)
  } catch (error) {
    if (error instanceof BadInput) return error.message
    throw error
  }
}

function told(said: string, missing: readonly string[]): string | undefined {
  if (said === '') return 'accepted'
  return missing.length === 0 ? undefined : `without ${JSON.stringify(missing)}: ${said}`
}

function errorsIn(text: string): string {
  const { problems } = loadPolicies([{ path: 'policy.yaml', text }])
  return problems
    .flatMap(({ path, message, severity }) => (severity === 'error' ? `${path}: ${message}` : []))
    .join('\n')
}
