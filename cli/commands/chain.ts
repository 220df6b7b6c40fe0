import { Command } from 'commander'
import { plainText } from '../../lambda/alerts/plain-text.ts'
import type { ChainOfTrust, Link } from '../../lambda/core/chain-of-trust.ts'
import { askApi } from '../api-client.ts'
import { type ApiOptions, withApi } from '../api-options.ts'
import { EXIT } from '../exit.ts'
import { printAnswer } from '../output-option.ts'

/** `assay chain IMAGE`: how an image came to be, from source to base, and whose word that is. */
export function chainCommand(): Command {
  return withApi(new Command('chain'))
    .description('from source and build to the image and what it stands on: exit 0 where the chain is unbroken, else 1')
    .argument('<image>', '[HOST/]NAME[:TAG][@DIGEST]')
    .action(async (image: string, { api, output }: ApiOptions) => {
      const { body } = await askApi(api, '/v1/chain', { image })
      const chain = body as unknown as Partial<ChainOfTrust>
      printAnswer(output, body, () => chainLines(image, chain))
      process.exitCode = chain.unbroken === true ? 0 : EXIT.failed
    })
}

/** A chain as people read it. */
export function chainLines(asked: string, { images, broken = [] }: Partial<ChainOfTrust>): string[] {
  if (images === undefined) return [`${plainText(asked)}: nothing is known of it`]
  return [
    ...images.flatMap(({ image, links }) => [plainText(image), ...links.map(linkLine)]),
    broken.length === 0
      ? 'the chain is unbroken'
      : `broken in ${broken.length} ${broken.length === 1 ? 'place' : 'places'}`,
  ]
}

function linkLine(link: Link): string {
  const mark = link.ok ? 'ok' : 'BROKEN'
  const said = link.ok ? describe(link) : [link.why, ...describe(link)]
  return `  ${link.link.padEnd(6)} ${mark}: ${plainText(said.filter(Boolean).join('; '), 500)}`
}

function describe(link: Link): (string | undefined)[] {
  const signers = 'signedBy' in link && link.signedBy !== undefined ? [link.signedBy].flat() : []
  const by = signers.length === 0 ? undefined : `by ${signers.join(', ')}`
  switch (link.link) {
    case 'source':
      return [link.repository, link.commit, link.ref, by]
    case 'build':
      return [link.builder, link.finishedOn, by]
    case 'image':
      return [link.ok ? link.state : undefined, by]
    case 'base':
      return [
        link.image,
        link.rung === 'none' ? undefined : link.rung,
        link.vouchedFor.length > 0 ? `vouched for by ${link.vouchedFor.join(', ')}` : undefined,
      ]
    default:
      return link satisfies never
  }
}
