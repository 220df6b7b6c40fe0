import type * as z from 'zod'
import type { StatementFinding } from '../../../../lambda/core/checks/statement/finding.ts'
import type { RuleText } from '../../../../lambda/core/policy/rules.ts'

export type Json = Readonly<Record<string, unknown>>

/** A statement about the image, as it is once parsed. */
export function statementOf(predicateType: string, predicate: unknown): Json {
  const subject = [{ name: 'ghcr.io/acme/app', digest: { sha256: 'a'.repeat(64) } }]
  return JSON.parse(
    JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate }),
  ) as Json
}

/** `yes`, or why not. */
export function told(finding: StatementFinding): string {
  return finding.met ? 'yes' : finding.detail
}

/** What a rule as policy files write it is read as. */
export function ruleOf<Schema extends z.ZodType>(schema: Schema, written: unknown): z.output<Schema> {
  return schema.parse(written)
}

/** The texts of what is wrong with a rule. */
export function problemsOf(schema: z.ZodType, written: unknown): string[] {
  const issues = schema.safeParse(written).error?.issues ?? []
  return issues.map((issue) => {
    const text = issue.code === 'custom' ? (issue.params?.text as RuleText | undefined) : undefined
    return text === undefined ? issue.message : text(issue.path)
  })
}
