import { readFileSync } from 'node:fs'

const OUTCOMES = ['again', 'at once', 'read', '–'] as const

/** What a look ends in while a fault lasts: docs/registry-faults.md, "Outcomes". */
export type Outcome = (typeof OUTCOMES)[number]

export type Documented = { readonly endpoint: string; readonly fault: string; readonly outcome: Outcome }

/** The cells of the first table under a heading of docs/registry-faults.md: what is promised is what is tested. */
export function documented(heading: string): readonly Documented[] {
  const text = readFileSync('docs/registry-faults.md', 'utf8')
  const section = text.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? ''
  const table = section.split('\n\n').find((block) => block.startsWith('|')) ?? ''
  const [head = [], , ...rows] = table
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  return rows.flatMap(([fault = '', ...cells]) =>
    cells.map((cell, n) => {
      const outcome = OUTCOMES.find((one) => one === cell)
      if (outcome === undefined) throw new Error(`${heading}: ${fault}: "${cell}" is no outcome`)
      return { endpoint: head[n + 1] ?? '', fault, outcome }
    }),
  )
}
