import { Command } from 'commander'
import { policyJsonSchema } from '../../lambda/core/policy/json-schema.ts'
import { readPolicies } from '../../lambda/policies.ts'
import { describeBaseImage, describeDenyList, describeEnforcement, describePolicy } from '../describe-policy.ts'
import { rootsOf, trustedRootOption } from '../policy-options.ts'
import { explainCommand } from './policy-explain.ts'
import { fetchCommand } from './policy-fetch.ts'

/** `assay policy`: what policy files say, and what that means for an image. */
export function policyCommand(): Command {
  const commands = [checkCommand(), explainCommand(), fetchCommand(), schemaCommand()]
  const policy = new Command('policy').description('check policy files, and see what they mean for an image')
  for (const command of commands) policy.addCommand(command.exitOverride())
  return policy
}

function checkCommand(): Command {
  return new Command('check')
    .description('read policy files as the service does: exit 0 they can be used, 2 they have mistakes')
    .argument('<file...>', 'policy files, or folders of them; all together, so that one may refer to another')
    .addOption(trustedRootOption())
    .action(async (files: readonly string[], options: { readonly trustedRoot?: readonly string[] }) => {
      const roots = await rootsOf(options)
      const set = await readPolicies(files, { roots, onWarning: (warning) => console.error(warning) })
      for (const policy of set.policies) console.log(describePolicy(policy))
      for (const base of set.bases) console.log(describeBaseImage(base))
      for (const list of set.denyLists) console.log(describeDenyList(list))
      for (const enforcement of set.enforcements) console.log(describeEnforcement(enforcement))
      if (set.enforcements.length === 0) console.log('No Enforcement: images are observed, nothing is taken.')
    })
}

function schemaCommand(): Command {
  return new Command('schema')
    .description('print a JSON Schema (2020-12) of policy documents')
    .action(() => console.log(JSON.stringify(policyJsonSchema(), null, 2)))
}
