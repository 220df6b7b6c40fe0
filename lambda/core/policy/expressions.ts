import type * as z from 'zod'
import { digestOf } from '../digest-of.ts'
import { authorityName } from './authorities.ts'
import { capturedByAll } from './captures.ts'
import type { Names } from './cel/names.ts'
import { expressionFault, type Scope } from './expression.ts'
import type { Fault } from './issues.ts'
import type { ParsedPolicy } from './kinds.ts'
import type { Path } from './path.ts'
import type { Expression } from './policy.ts'
import type { ownExpression } from './schema-expression.ts'

type PolicyDocument = ParsedPolicy['document']
type Written = z.output<typeof ownExpression>
type Place = { readonly path: Path; readonly written: Written; readonly scope: Scope }

/** Where the texts of expressions lie that a policy only refers to. */
export type ExpressionTexts = {
  /** Those of ConfigMaps, by name and key. */
  readonly configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>
  /** What has been fetched of an address, by its sha256 (hex); undefined where nothing has. */
  readonly remote: (sha256sum: string) => string | undefined
}

/** A text that lies at an address, by its sha256 (hex). */
export type Remote = { readonly url: string; readonly sha256sum: string }

/** The addresses that a policy refers to. */
export function remotesIn(document: PolicyDocument): Remote[] {
  return expressionsIn(document).flatMap(({ written: { remote } }) =>
    remote?.url === undefined || remote.sha256sum === undefined
      ? []
      : [{ url: remote.url, sha256sum: remote.sha256sum }],
  )
}

/** What is wrong with the expressions of a policy: it is found when the policy is loaded, never when an image is judged. */
export function expressionFaults(document: PolicyDocument, texts: ExpressionTexts): Fault[] {
  const names = namesIn(document)
  const faults = expressionsIn(document).flatMap(({ path, written, scope }) => {
    const found = textOf(written, texts)
    const expression = 'text' in found ? { language: written.type, text: found.text } : undefined
    const fault = expression && expressionFault(expression, scope, names)
    return fault === undefined ? [] : [at([...path, found.field], fault)]
  })
  return [...faults, ...configFaults(document, names)]
}

/** The expressions whose texts lie nowhere. */
export function missingExpressions(document: PolicyDocument, texts: ExpressionTexts): Fault[] {
  return expressionsIn(document).flatMap(({ path, written }) => {
    const found = textOf(written, texts)
    return 'text' in found ? [] : [{ path: [...path, found.field], of: 'value' as const, message: found.fault }]
  })
}

/** An expression that `expressionFaults` has nothing against. */
export function expressionOf(written: Written, texts: ExpressionTexts): Expression {
  const found = textOf(written, texts)
  return { language: written.type, text: 'text' in found ? found.text : '' }
}

/** What expressions of a policy may name: its authorities with their attestations, and what all of its globs capture. */
function namesIn({ spec: { images, authorities } }: PolicyDocument): Names {
  const matches = authorities.map(({ name, attestations = [] }, index) => [
    authorityName(name, index),
    { signatures: true, static: true, attestations: Object.fromEntries(attestations.map((one) => [one.name, true])) },
  ])
  return {
    authorityMatches: Object.fromEntries(matches) as Names,
    captures: Object.fromEntries(capturedByAll(images.map(({ glob }) => glob)).map((name) => [name, true])),
  }
}

function configFaults({ spec }: PolicyDocument, names: Names): Fault[] {
  const rules = 'config' in spec ? (spec.config ?? []) : []
  return rules.flatMap(({ cel }, index) => {
    const fault = expressionFault({ language: 'cel', text: cel }, 'config', names)
    return fault === undefined ? [] : [at(['spec', 'config', index, 'cel'], fault)]
  })
}

function at(path: Path, { line, message }: { readonly line: number; readonly message: string }): Fault {
  return { path, of: 'value', message: line === 1 ? message : `line ${line} of it: ${message}` }
}

type Found = { readonly field: string; readonly text: string } | { readonly field: string; readonly fault: string }

function textOf({ data, configMapRef, remote }: Written, { configMaps, remote: fetched }: ExpressionTexts): Found {
  if (configMapRef !== undefined) return inConfigMap(configMapRef, configMaps)
  if (remote === undefined) return { field: 'data', text: data ?? '' }
  const { url = '', sha256sum = '' } = remote
  const text = fetched(sha256sum)
  const file = `remote/${sha256sum}`
  if (text === undefined) {
    return {
      field: 'remote',
      fault: `there is no file ${file} beside this one: look at ${url} and keep it there (assay policy fetch FILE --from HOST does both)`,
    }
  }
  if (digestOf(Buffer.from(text)) === `sha256:${sha256sum}`) return { field: 'remote', text }
  return { field: 'remote', fault: `the file ${file} is not what its name says: its sha256 is another one` }
}

function inConfigMap(
  { name = '', key = '' }: NonNullable<Written['configMapRef']>,
  configMaps: ExpressionTexts['configMaps'],
): Found {
  const field = 'configMapRef'
  const data = configMaps.get(name)
  if (data === undefined) {
    const fault = `no ConfigMap is named "${name}" in the policy files; put it beside them (kind: ConfigMap), or the policy itself in data`
    return { field, fault }
  }
  if (Object.hasOwn(data, key)) return { field, text: data[key] ?? '' }
  return {
    field,
    fault: `the ConfigMap "${name}" has no "${key}"; it has ${Object.keys(data).join(', ') || 'nothing'}`,
  }
}

function expressionsIn({ spec }: PolicyDocument): Place[] {
  const whole =
    spec.policy === undefined ? [] : [{ path: ['spec', 'policy'], written: spec.policy, scope: 'policy' as const }]
  const attested = spec.authorities.flatMap(({ attestations = [] }, authority) =>
    attestations.flatMap(({ policy }, index) =>
      policy === undefined
        ? []
        : [
            {
              path: ['spec', 'authorities', authority, 'attestations', index, 'policy'],
              written: policy,
              scope: 'attestation' as const,
            },
          ],
    ),
  )
  return [...whole, ...attested]
}
