import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { explainUnmet, expressionFault, unmet } from '../../lambda/core/policy/expression.ts'
import type { Expression } from '../../lambda/core/policy/policy.ts'
import type { Outcome } from './known.ts'

type EvaluationCase = {
  readonly name: string
  readonly policyType: 'cue' | 'rego'
  readonly policy: string
  readonly inputRef: string
  readonly wantErr: boolean
  readonly wantErrSub: string | null
  readonly wantWarnSub: string | null
}
type Evaluations = { readonly inputs: Readonly<Record<string, unknown>>; readonly cases: readonly EvaluationCase[] }

const NOW = new Date('2026-11-26T00:00:00Z')
const CUSTOM = { Data: 'foobar e2e test', Timestamp: '2022-04-20T18:17:19Z' }

/** Policies in CUE and Rego, asked about what upstream's tests ask them about. */
export async function evaluations(folder: string): Promise<Outcome[]> {
  const { inputs, cases } = JSON.parse(
    await readFile(join(folder, 'derived-policy-eval-cases.json'), 'utf8'),
  ) as Evaluations
  return [...cases.map((one) => evaluate(one, inputs[one.inputRef])), ...(await files(folder))]
}

function evaluate(
  { name, policyType, policy, wantErr, wantErrSub, wantWarnSub }: EvaluationCase,
  input: unknown,
): Outcome {
  const said = ask({ language: policyType, text: policy }, name, input)
  const wanted = [wantErrSub, wantWarnSub].filter((text) => text !== null)
  // To upstream a warning is no error, and yet the policy is not met
  const shouldFail = wantErr || wantWarnSub !== null
  if (!shouldFail) return { name, said, differs: said === '' ? undefined : said }
  const missing = wanted.filter((text) => !said.includes(text))
  const differs = said === '' ? 'holds' : missing.length > 0 ? `without ${JSON.stringify(missing)}: ${said}` : undefined
  return { name, said, differs }
}

/** Files called …-works and …-fails, about statements made of a predicate of their kind. */
async function files(folder: string): Promise<Outcome[]> {
  const vuln: unknown = JSON.parse(
    await readFile(join(folder, 'test/testdata/attestations/vuln-predicate.json'), 'utf8'),
  )
  const found = globSync('test/testdata/policies/*-{works,fails}.{cue,rego}', { cwd: folder }).sort()
  return Promise.all(
    found.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8')
      const kind = basename(file).includes('vuln') ? 'vuln/v1' : 'v1'
      const predicate = kind === 'v1' ? CUSTOM : vuln
      const statement = { predicateType: `https://cosign.sigstore.dev/attestation/${kind}`, predicate }
      const said = ask({ language: file.endsWith('.cue') ? 'cue' : 'rego', text }, file, statement)
      const works = file.includes('-works.')
      const same = works === (said === '') && !said.startsWith('cannot be used')
      return { name: file, said, differs: same ? undefined : said || 'holds' }
    }),
  )
}

/** Empty where it holds. */
function ask(expression: Expression, name: string, document: unknown): string {
  const fault = expressionFault(expression, 'attestation')
  if (fault !== undefined) return `cannot be used: line ${fault.line}: ${fault.message}`
  const no = unmet(expression, 'attestation', { variables: {}, document, now: NOW, budget: new Map() })
  return no === undefined ? '' : explainUnmet(expression, name, no.why)
}
