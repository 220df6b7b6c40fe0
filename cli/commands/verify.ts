import { Command } from 'commander'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { formatImage, type ImageId, parseImage } from '../../lambda/core/image.ts'
import type { Judged } from '../../lambda/core/plan.ts'
import { OverLimit, Unavailable } from '../../lambda/errors.ts'
import { examine } from '../../lambda/examine.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import { EXIT } from '../exit.ts'
import { folderEvidence } from '../folder-evidence.ts'
import { hashOnly } from '../hash-only.ts'
import { type PolicyOptions, readPolicyOptions, trustedRootOption } from '../policy-options.ts'
import { checkLines, paintState } from '../print-checks.ts'
import { registryFor } from '../registry-for.ts'

type Options = PolicyOptions & { readonly output: string; readonly evidence?: string }

/** `assay verify IMAGE`: gathers and decides, without any effect. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'verify an image against policy, without any effect: exit 0 verified, 1 failed, 2 bad input, 3 not decided',
    )
    .usage('<image> [options]')
    .argument('<image>', '[HOST/]NAME[:TAG][@DIGEST]')
    .option('--policy <file...>', 'policy files')
    .addOption(trustedRootOption())
    .option('--key <file>', 'public key (PEM) that must have signed the image')
    .option('--certificate-identity <subject>', 'exact identity of the signing certificate')
    .option('--certificate-oidc-issuer <issuer>', 'exact issuer of that identity')
    .option('--evidence <folder>', 'keep there what the verdict rests on, for assay replay')
    .option('--output <format>', 'text or json', 'text')
    .action(async (reference: string, options: Options) => {
      if (options.output !== 'text' && options.output !== 'json') {
        throw new BadInput(`--output "${options.output}" is not one of text, json`)
      }
      process.exitCode = await verify(reference, options, (line) => console.log(line))
    })
}

async function verify(reference: string, options: Options, print: (line: string) => void): Promise<number> {
  const image = parseImage(reference)
  const policies = await readPolicyOptions(options)
  const registry = registryFor(image.host)
  const digest = image.digest ?? (image.tag && (await registry.resolve(image.name, image.tag)))
  if (!digest) throw new Unavailable(image.host, `there is no ${formatImage(image)}`)
  const id: ImageId = { host: image.host, name: image.name, digest }
  const evidence = options.evidence === undefined ? hashOnly : folderEvidence(options.evidence)
  const trust = trustMaterials(policies.roots)
  const examined = await examine({ now: () => new Date(), registryOf: registryFor, evidence, policies, trust }, id)
  if (examined === undefined) throw new Unavailable(image.host, `there is no ${formatImage(id)}`)
  return report(id, examined.judged, options, print)
}

const STATES = { verified: 'verified', rejected: 'failed', unmanaged: 'unmanaged' } as const
const EXITS = { verified: EXIT.verified, failed: EXIT.failed, unmanaged: EXIT.undecided } as const

function report(id: ImageId, judged: Judged, { output, evidence }: Options, print: (line: string) => void): number {
  if (judged.kind === 'error') throw new OverLimit(judged.message)
  const { outcome, ...verdict } = judged.verdict
  const kept = evidence === undefined ? {} : { transcript: judged.transcript }
  const state = STATES[outcome]
  if (output === 'json') {
    const { policies, checks, signers, policyHash } = verdict
    print(
      JSON.stringify(
        { image: formatImage(id), digest: id.digest, state, policies, checks, signers, policyHash, ...kept },
        null,
        2,
      ),
    )
  } else {
    print(`${formatImage(id)} ${paintState(state)}`)
    for (const line of checkLines(verdict.checks)) print(line)
    if (evidence !== undefined) print(`  kept in ${evidence}: assay replay ${judged.transcript} --evidence ${evidence}`)
  }
  return EXITS[state]
}
