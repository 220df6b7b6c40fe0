import { resolve } from 'node:path'
import { Annotations, App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { readPolicies } from '../lambda/policies.ts'
import { configFrom } from './config.ts'
import { AssayStack } from './stack.ts'

const app = new App()
const config = configFrom(app.node.tryGetContext('assay'))
const warnings: string[] = []
// A mistake in a policy ends the synthesis: a function would only find it once it is deployed
await readPolicies(config.policies, { onWarning: (warning) => warnings.push(warning) })
const stack = new AssayStack(app, 'Assay', { ...config, policies: resolve(config.policies) })
warnings.forEach((warning, index) => Annotations.of(stack).addWarningV2(`policies-${index}`, warning))
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
app.synth()
