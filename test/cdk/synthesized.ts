import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { configFrom } from '../../cdk/config.ts'
import { AssayStack } from '../../cdk/stack.ts'

/** CloudFormation JSON as `assertions` gives it: untyped. */
type Json = ReturnType<Template['toJSON']>[string]

export type Resource = { readonly Type: string; readonly Properties: Json }

/** The stack, without bundling. */
export function stackOf(context: unknown = {}, kmsArns: readonly string[] = []): AssayStack {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  return new AssayStack(app, 'Assay', { ...configFrom(context), kmsArns })
}

/** The resources of a template by logical id, all or those of one type. */
export function resourcesOf(stack: AssayStack, type?: string): [string, Resource][] {
  const all: [string, Resource][] = Object.entries(Template.fromStack(stack).toJSON().Resources)
  return all.filter(([, resource]) => type === undefined || resource.Type === type)
}

/** The one resource whose logical id is this and a hash. */
export function resource(resources: readonly [string, Resource][], id: string): [string, Resource] {
  const found = resources.filter(([logicalId]) => new RegExp(`^${id}[0-9A-F]{8}$`).test(logicalId))
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} resources are called ${id}`)
  return found[0]
}
