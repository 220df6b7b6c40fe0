import { Command } from 'commander'
import { formatImage } from '../../lambda/core/image.ts'
import { baseResponse } from '../../lambda/core/response.ts'
import { baseLines, lookedAtLines } from '../base-lines.ts'
import { type ExaminedImage, examineImage } from '../examine-image.ts'
import { exitForState } from '../exit.ts'
import { type OutputOptions, outputOption } from '../output-option.ts'
import { type PolicyOptions, readPolicyOptions, trustedRootOption } from '../policy-options.ts'
import { checkLines, paintState } from '../print-checks.ts'

type Options = PolicyOptions & OutputOptions & { readonly evidence?: string }

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
    .addOption(outputOption())
    .action(async (reference: string, options: Options) => {
      const policies = await readPolicyOptions(options)
      const examined = await examineImage(reference, policies, options.evidence)
      process.exitCode = report(examined, options, (line) => console.log(line))
    })
}

function report(examined: ExaminedImage, { output, evidence }: Options, print: (line: string) => void): number {
  const { id, judged, state, checks } = examined
  const { policies, signers, policyHash, ...verdict } = judged.verdict
  const kept = evidence === undefined ? {} : { transcript: judged.transcript }
  const base = verdict.base ? baseResponse(verdict.base) : null
  if (output === 'json') {
    const told = { image: formatImage(id), digest: id.digest, state, policies, checks, signers, base, policyHash }
    print(JSON.stringify({ ...told, ...kept }, null, 2))
  } else {
    print(`${formatImage(id)} ${paintState(state)}`)
    const told = [...checkLines(checks), ...(base ? baseLines(base) : []), ...lookedAtLines(checks)]
    for (const line of told) print(line)
    if (evidence !== undefined) print(`  kept in ${evidence}: assay replay ${judged.transcript} --evidence ${evidence}`)
  }
  return exitForState(state)
}
