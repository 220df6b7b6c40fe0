import { Option } from 'commander'

export type OutputOptions = { readonly output: 'text' | 'json' }

/** `--output`: for people, or as JSON whose shape docs/command-line.md describes. */
export function outputOption(): Option {
  return new Option('--output <format>', 'how to print').choices(['text', 'json']).default('text')
}
