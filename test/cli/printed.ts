import type { Command } from 'commander'
import { onTestFinished, vi } from 'vitest'
import { policyCommand } from '../../cli/commands/policy.ts'

/** What `assay policy` prints, line by line and without colours. */
export function printed(...args: readonly string[]): Promise<string[]> {
  return printedBy(policyCommand(), ...args)
}

/** What a command prints, line by line and without colours. */
export async function printedBy(command: Command, ...args: readonly string[]): Promise<string[]> {
  const lines: string[] = []
  onTestFinished(() => void vi.restoreAllMocks())
  for (const stream of ['log', 'error'] as const) {
    vi.spyOn(console, stream).mockImplementation((line: string) => void lines.push(line))
  }
  await command.parseAsync([...args], { from: 'user' })
  return lines.map((line) => line.replace(/\u001b\[\d+m/g, ''))
}
