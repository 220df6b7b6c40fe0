import { parseArgs } from 'node:util'
import { examine } from './examine.ts'
import type { Report } from './examine-situation.ts'
import { PAIRS, PRODUCT } from './situations.ts'
import { VARIANTS } from './variants.ts'

// npm run model -- [--most 1000000] [--walks 3000] [--seed 1] [--only TEXT]: every interleaving of the real code in small situations,
// random walks through a large one, and the code without each of its rules, which must be caught. Exits 1 on any violation, and where
// one is not caught.

const { values } = parseArgs({
  options: {
    most: { type: 'string', default: '1000000' },
    walks: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
})
const most = Number(values.most)
const walks = { count: Number(values.walks), seed: Number(values.seed) }
const isAsked = (text: string) => text.includes(values.only)

function columns(...cells: readonly (string | number)[]): string {
  const [name = '', ...rest] = cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell))
  return name.padEnd(74) + rest.map((cell) => cell.padStart(13)).join('')
}

function show(name: string, { states, transitions, runs, endings, exhausted, seconds, violation }: Report): void {
  const looked = violation ? 'VIOLATED' : exhausted ? 'all' : 'cut'
  console.log(columns(name, states, transitions, runs, endings, looked, violation ? 1 : 0, seconds.toFixed(1)))
  if (violation) console.log(`\n${violation.message}\n${violation.trace.join('\n')}\n`)
}

let wrong = 0
console.log(columns('situation', 'states', 'transitions', 'runs', 'endings', 'explored', 'violations', 'CPU s'))
for (const situation of PAIRS.filter(({ name }) => isAsked(name))) {
  const report = await examine({ situation, edits: [], most })
  wrong += Number(report.violation !== undefined)
  show(situation.name, report)
}
if (isAsked(PRODUCT.name)) {
  const report = await examine({ situation: PRODUCT, edits: [], walks })
  wrong += Number(report.violation !== undefined)
  show(`${PRODUCT.name}, ${walks.count} walks from seed ${walks.seed}`, report)
}

console.log(`\n${columns('without the rule', 'states', 'caught after', 'CPU s')}`)
for (const { rule, without, situation, edits } of VARIANTS.filter((one) => isAsked(`${one.rule} ${one.without}`))) {
  const { violation, states, seconds } = await examine({ situation: { name: without, ...situation }, edits, most })
  wrong += Number(violation === undefined)
  const steps = violation ? `${violation.trace.length} steps` : 'NOT CAUGHT'
  console.log(
    columns(`${rule}: ${without}`, states, steps, seconds.toFixed(1)),
    violation ? `  ${violation.message.split('\n')[0]}` : '',
  )
}
process.exitCode = wrong === 0 ? 0 : 1
