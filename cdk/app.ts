import { resolve } from 'node:path'
import { Annotations, App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { kmsKeysOf } from '../lambda/core/policy/authorities.ts'
import { readPolicies } from '../lambda/policies.ts'
import { configFrom, EXAMPLE_POLICIES } from './config.ts'
import { AssayStack } from './stack.ts'

const app = new App()
const config = configFrom(app.node.tryGetContext('assay'))
const warnings: string[] = []
if (config.policies === EXAMPLE_POLICIES)
  warnings.push(`${config.policies} are examples: name the folder of your own in cdk.json, context.assay.policies`)
// A mistake in a policy ends the synthesis: a function would only find it once it is deployed
const set = await readPolicies(config.policies, {
  within: config.policies,
  onWarning: (warning) => warnings.push(warning),
})
const stack = new AssayStack(app, 'Assay', {
  ...config,
  policies: resolve(config.policies),
  kmsArns: kmsKeysOf(set.policies),
})
for (const [index, warning] of warnings.entries())
  Annotations.of(stack).addWarningV2(`assay:policies-${index}`, warning)
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
app.synth()
