import { parseArgs } from 'node:util'
import { SURROUNDINGS } from '../memory/world.ts'
import { disorder } from './disorder.ts'

// npm run test:long -- [--events 5000] [--copies 40] [--seed 1] [--stale] [--no-tag-lists]: delivers each event up to so many
// times, shuffled, to eight workers at once, interleaved at every call; each must have had one effect. --stale: indexes of the
// table are behind; --no-tag-lists: so they are, and the registry cannot list the tags of an image.

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '5000' },
    copies: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    stale: { type: 'boolean', default: false },
    'no-tag-lists': { type: 'boolean', default: false },
  },
})
const SHOWN = 20
const [listing, stale, listless] = Object.entries(SURROUNDINGS)
const [over, surroundings] = (values['no-tag-lists'] ? listless : values.stale ? stale : listing) ?? ['', {}]
const [events, copies, seed] = [values.events, values.copies, values.seed].map(Number) as [number, number, number]

const begun = performance.now()
const { figures, deviations } = await disorder({ seed, events, copies, surroundings })
console.log(`seed ${seed}, over ${over}`)
for (const [name, figure] of Object.entries({ ...figures, deviations: deviations.length })) {
  console.log(`${String(figure).padStart(9)}  ${name}`)
}
console.log(`${Math.round((performance.now() - begun) / 1000)} s`)
for (const what of deviations.slice(0, SHOWN)) console.log(`DEVIATION ${what}`)
process.exitCode = deviations.length === 0 ? 0 : 1
