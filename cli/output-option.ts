import { Option } from 'commander'

export type OutputOptions = { readonly output: 'text' | 'json' }

/** Prints an answer as it is asked for. */
export function printAnswer(output: OutputOptions['output'], json: unknown, lines: () => readonly string[]): void {
  if (output === 'json') console.log(JSON.stringify(json, null, 2))
  else for (const line of lines()) console.log(line)
}

/** `--output`: for people, or as JSON whose shape docs/command-line.md describes. */
export function outputOption(): Option {
  return new Option('--output <format>', 'how to print').choices(['text', 'json']).default('text')
}
