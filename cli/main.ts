import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import * as z from 'zod'
import { chainCommand } from './commands/chain.ts'
import { derivedCommand } from './commands/derived.ts'
import { doctorCommand } from './commands/doctor.ts'
import { gateCommand } from './commands/gate.ts'
import { holdCommand } from './commands/hold.ts'
import { policyCommand } from './commands/policy.ts'
import { redriveCommand } from './commands/redrive.ts'
import { releaseCommand } from './commands/release.ts'
import { replayCommand } from './commands/replay.ts'
import { startCommand } from './commands/start.ts'
import { statusCommand } from './commands/status.ts'
import { undoCommand } from './commands/undo.ts'
import { verifyCommand } from './commands/verify.ts'
import { waiversCommand } from './commands/waivers.ts'
import { EXIT, exitFor } from './exit.ts'

const PACKAGE = new URL('../package.json', import.meta.url)
const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE, 'utf8')))
const program = new Command('assay')
  .version(version)
  .description('verifies container images: signatures and attestations against policy')
  .exitOverride()
  .showHelpAfterError('(run with --help for what is allowed)')

const commands = [
  verifyCommand(),
  statusCommand(),
  gateCommand(),
  releaseCommand(),
  waiversCommand(),
  derivedCommand(),
  chainCommand(),
  undoCommand(),
  holdCommand('disarm'),
  holdCommand('arm'),
  holdCommand('resume'),
  redriveCommand(),
  doctorCommand(),
  policyCommand(),
  replayCommand(),
  startCommand(),
]
for (const command of commands) {
  program.addCommand(command.exitOverride())
}

process.exitCode = 0
try {
  await program.parseAsync()
} catch (error) {
  // commander has printed its own message; asking for help is no error
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.badInput
  else process.exitCode = exitFor(error, (line) => console.error(line))
}
