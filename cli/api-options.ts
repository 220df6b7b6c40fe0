import type { Command } from 'commander'
import { defaultApi } from './api-client.ts'
import { type OutputOptions, outputOption } from './output-option.ts'

export type ApiOptions = OutputOptions & { readonly api: string }

/** A command that asks the status API. */
export function withApi(command: Command): Command {
  return command.option('--api <url>', 'status API', defaultApi()).addOption(outputOption())
}

/** What is done in a person's name takes a reason. */
export function withReason(command: Command): Command {
  return withApi(command.requiredOption('--reason <text>', 'why, in up to 500 characters'))
}
