import { Command } from 'commander'
import { plainText } from '../../lambda/alerts/plain-text.ts'
import { formatImage, type ImageId } from '../../lambda/core/image.ts'
import { capturedBy } from '../../lambda/core/policy/captures.ts'
import { coveringGlob, enforcementFor, isProtected } from '../../lambda/core/policy/match.ts'
import type { ImageGlob, Policy, PolicySet } from '../../lambda/core/policy/policy.ts'
import { baseResponse } from '../../lambda/core/response.ts'
import type { Check, Verdict } from '../../lambda/core/verdict.ts'
import { baseLines, lookedAtLines } from '../base-lines.ts'
import { describeAsks, describeDenyList, describeEffect, describeEnforcement } from '../describe-policy.ts'
import { type ExaminedImage, examineImage } from '../examine-image.ts'
import { type OutputOptions, outputOption, printAnswer } from '../output-option.ts'
import { type PolicyOptions, readPolicyOptions, trustedRootOption } from '../policy-options.ts'
import { checkLines, paintState } from '../print-checks.ts'

/** `assay policy explain IMAGE`: which policies cover it, why each check came out so, and what would follow. */
export function explainCommand(): Command {
  return new Command('explain')
    .description(
      'say which policies cover an image, why each check came out so, and what would follow; without any effect',
    )
    .argument('<image>', '[HOST/]NAME[:TAG][@DIGEST]')
    .requiredOption('--policy <file...>', 'policy files')
    .addOption(trustedRootOption())
    .addOption(outputOption())
    .action(async (reference: string, options: PolicyOptions & OutputOptions) => {
      const set = await readPolicyOptions(options)
      const explained = explain(await examineImage(reference, set), set)
      printAnswer(options.output, explained, () => linesOf(explained))
    })
}

type Explained = ReturnType<typeof explain>

type Covering = Pick<Policy, 'kind' | 'name' | 'mode'> & {
  readonly coveredBy: string
  readonly captures: Readonly<Record<string, string>>
  readonly asks: string
  readonly outcome: string
  readonly checks: readonly Check[]
}

function explain({ asked, id, judged, state, checks }: ExaminedImage, set: PolicySet) {
  const { verdict } = judged
  const enforcement = enforcementFor(set, id)
  const { tag } = asked
  const kept = tag !== undefined && isProtected(enforcement, { ...id, tag })
  const about = set.policies.map((policy) => ({ policy, glob: coveringGlob(policy, id) }))
  return {
    image: formatImage(id),
    digest: id.digest,
    state,
    policies: about.flatMap(({ policy, glob }) =>
      glob === undefined ? [] : [covering(policy, glob, id, { ...verdict, checks })],
    ),
    others: about.flatMap(({ policy: { kind, name, images }, glob }) =>
      glob === undefined ? [{ kind, name, covers: images.map(({ source }) => source) }] : [],
    ),
    base: verdict.base ? baseResponse(verdict.base) : null,
    denyLists: set.denyLists.map(describeDenyList),
    enforcement: describeEnforcement(enforcement),
    effect: describeEffect(state, enforcement, tag, kept),
    ...(verdict.goodUntil !== undefined && { goodUntil: verdict.goodUntil }),
  }
}

function covering(policy: Policy, { source }: ImageGlob, id: ImageId, verdict: Verdict): Covering {
  const { kind, name, mode } = policy
  return {
    kind,
    name,
    mode,
    coveredBy: source,
    captures: capturedBy(policy, id),
    asks: describeAsks(policy),
    outcome: verdict.policies.find((one) => one.name === name)?.outcome ?? 'fail',
    checks: verdict.checks.filter((check) => check.name.startsWith(`${name}/`)),
  }
}

function linesOf(explained: Explained): string[] {
  const { image, state, policies, others, base, denyLists, enforcement, effect, goodUntil } = explained
  const lasts = goodUntil === undefined ? '' : `, and as time goes until ${goodUntil}`
  const not = ({ kind, name, covers }: Explained['others'][number]) =>
    `${kind} ${name} does not cover it: ${covers.join(', ') || 'it covers no image'}`
  return [
    `${image} ${paintState(state)}${lasts}`,
    ...policies.flatMap(policyLines),
    ...(base ? baseLines(base) : []),
    ...lookedAtLines(policies.flatMap(({ checks }) => checks)),
    ...others.map(not),
    ...denyLists,
    enforcement,
    `What follows: ${effect}`,
  ]
}

function policyLines({ kind, name, mode, asks, coveredBy, captures, outcome, checks }: Covering): string[] {
  const bound = Object.entries(captures).map(([of, value]) => `${of} = ${plainText(value)}`)
  const where = bound.length === 0 ? coveredBy : `${coveredBy} (${bound.join(', ')})`
  return [`${kind} ${name} (${mode}): ${outcome}`, `  covers it by ${where}; asks ${asks}`, ...checkLines(checks)]
}
