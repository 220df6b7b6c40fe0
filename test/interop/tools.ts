import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { it } from 'vitest'

const execute = promisify(execFile)

export type Tool = 'crane' | 'cosign' | 'oras' | 'notation' | 'docker-registry' | 'tar'

function isThere(tool: Tool): boolean {
  return spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0
}

/** A case that needs real tools: skipped by name where one is missing, unless this is CI, where all must run. */
export function caseWith(tools: readonly Tool[], name: string, body: () => Promise<void>): void {
  const missing = tools.filter((tool) => !isThere(tool))
  if (missing.length === 0) it(name, body)
  else if (process.env.CI) it(name, () => Promise.reject(new Error(`${missing.join(', ')} must be on PATH in CI`)))
  else it.skip(`${name} (no ${missing.join(', ')} on PATH)`)
}

/** Runs a tool to its end; a failure carries what it printed. */
export async function run(
  tool: Tool,
  parameters: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const running = execute(tool, parameters, { env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 })
  running.child.stdin?.end() // whoever asks a question gets no answer, instead of waiting for one
  const { stdout } = await running
  return stdout.trim()
}

/** The exit code of a tool that may fail. */
export async function exitOf(
  tool: Tool,
  parameters: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  try {
    await run(tool, parameters, env)
    return 0
  } catch (error) {
    const { code } = error as { code?: unknown }
    return typeof code === 'number' ? code : -1
  }
}
