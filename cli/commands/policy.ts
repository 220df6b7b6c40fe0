import { Command } from 'commander'
import { policyJsonSchema } from '../../lambda/core/policy/json-schema.ts'
import type { Enforcement, Policy } from '../../lambda/core/policy/policy.ts'
import { readPolicies } from '../../lambda/policies.ts'
import { rootsOf, trustedRootOption } from '../policy-options.ts'

/** `assay policy`: what policy files say, without judging any image. */
export function policyCommand(): Command {
  return new Command('policy')
    .description('check policy files, or print the JSON Schema by which editors check them')
    .addCommand(checkCommand().exitOverride())
    .addCommand(schemaCommand().exitOverride())
}

function checkCommand(): Command {
  return new Command('check')
    .description('read policy files as the service does: exit 0 they can be used, 2 they have mistakes')
    .argument('<file...>', 'policy files; all together, so that one may refer to another')
    .addOption(trustedRootOption())
    .action(async (files: readonly string[], options: { readonly trustedRoot?: readonly string[] }) => {
      const roots = await rootsOf(options)
      const set = await readPolicies(files, { roots, onWarning: (warning) => console.error(warning) })
      for (const policy of set.policies) console.log(describePolicy(policy))
      for (const enforcement of set.enforcements) console.log(describeEnforcement(enforcement))
      if (set.enforcements.length === 0) console.log('No Enforcement: images are observed, nothing is taken.')
    })
}

function schemaCommand(): Command {
  return new Command('schema')
    .description('print a JSON Schema (2020-12) of policy documents')
    .action(() => console.log(JSON.stringify(policyJsonSchema(), null, 2)))
}

function describePolicy({ kind, name, mode, images, authorities, require }: Policy): string {
  const where = images.length === 0 ? 'no image' : images.map(({ source }) => source).join(', ')
  const names = authorities.map((one) => one.name).join(', ')
  return `${kind} ${name} (${mode}) covers ${where}; ${rule(require)}: ${names}`
}

function rule(require: Policy['require']): string {
  if (require === undefined) return 'one of'
  return require === 'all' ? 'all of' : `${require.atLeast} distinct signers of`
}

function describeEnforcement({ name, images, environment, onFailure, onDegraded, gracePeriod }: Enforcement): string {
  const where = images.map(({ source }) => source).join(', ')
  const grace = `${gracePeriod} s after the first tag`
  const failure =
    onFailure === 'quarantine'
      ? `takes the tags of what has failed ${grace}`
      : 'tells what has failed, and takes nothing'
  const degraded = { alert: 'says no to', allow: 'says yes to', quarantine: 'takes the tags of' }[onDegraded]
  return `Enforcement ${name}${environment === undefined ? '' : ` (${environment})`} on ${where}: ${failure}; ${degraded} what no longer holds`
}
