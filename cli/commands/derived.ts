import { Command } from 'commander'
import * as z from 'zod'
import { plainText } from '../../lambda/alerts/plain-text.ts'
import { isImmaterial } from '../../lambda/core/bases/material.ts'
import { type ApiOptions, withApi } from '../api-options.ts'
import { askPages } from '../ask-pages.ts'
import { printAnswer } from '../output-option.ts'
import { paintState } from '../print-checks.ts'

const material = z.looseObject({ added: z.number(), removed: z.number(), changed: z.number() }).optional()
const page = z.object({
  base: z.looseObject({
    image: z.string(),
    vouchedFor: z.array(z.string()),
    replacedAt: z.string().optional(),
    replaced: z
      .looseObject({ tag: z.string(), by: z.string().optional(), alike: z.boolean().optional(), material })
      .optional(),
    earlier: z.array(z.looseObject({ image: z.string(), until: z.string() })).optional(),
  }),
  images: z.array(
    z.looseObject({
      image: z.string(),
      state: z.string(),
      tags: z.array(z.string()),
      wave: z.number(),
      rung: z.string(),
    }),
  ),
  cursor: z.string().optional(),
})
type Page = z.infer<typeof page>

/** `assay derived BASE`: who stands on a base, and in which order they are to be rebuilt. */
export function derivedCommand(): Command {
  return withApi(new Command('derived'))
    .description('the images that stand on a base, directly or through others: what to rebuild, wave by wave')
    .argument('<base>', '[HOST/]NAME[:TAG][@DIGEST]')
    .action(async (image: string, { api, output }: ApiOptions) => {
      const images: Page['images'] = []
      let base: Page['base'] | undefined
      for await (const read of askPages(api, '/v1/derived', { image, limit: '100' }, page)) {
        base = read.base
        images.push(...read.images)
      }
      printAnswer(output, { base, images }, () => (base === undefined ? [] : derivedLines(base, images)))
    })
}

/** A rebuild list as people read it. */
export function derivedLines(base: Page['base'], images: Page['images']): string[] {
  const { replaced, replacedAt, vouchedFor, earlier = [] } = base
  const by = vouchedFor.length === 0 ? 'nobody vouches for it' : `vouched for by ${vouchedFor.join(', ')}`
  const waves = [...new Set(images.map(({ wave }) => wave))].sort((a, b) => a - b)
  return [
    `${plainText(base.image)}: ${by}`,
    ...(replaced ? [`  replaced: ${replacedText(replaced, replacedAt)}`] : []),
    ...(images.length === 0 ? ['  no image is known to stand on it'] : []),
    ...waves.flatMap((wave) => {
      const inWave = images.filter((one) => one.wave === wave)
      return [`wave ${wave}: ${inWave.length} ${inWave.length === 1 ? 'image' : 'images'}`, ...inWave.map(imageLine)]
    }),
    ...earlier.map(
      ({ image, until }) =>
        `until ${plainText(until)} it was another; who stands on that: assay derived ${plainText(image)}`,
    ),
  ]
}

function replacedText(
  { tag, by, alike, material: differs }: NonNullable<Page['base']['replaced']>,
  at: string | undefined,
): string {
  const same = alike ? 'layers' : differs && isImmaterial({ material: differs }) ? 'packages' : undefined
  const why = same === undefined ? '' : `, with the same ${same}: nobody need rebuild`
  return `${plainText(tag)} points at ${plainText(by ?? 'another image')}${at === undefined ? '' : ` since ${plainText(at)}`}${why}`
}

function imageLine({ image, tags, state, rung }: Page['images'][number]): string {
  const named = tags.length === 0 ? '' : ` (${tags.map((tag) => plainText(tag)).join(', ')})`
  return `  ${plainText(image)}${named} ${paintState(state)}, base ${rung}`
}
