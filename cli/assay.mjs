#!/usr/bin/env node
// Starts the command line on the Node that the package pins. Plain JavaScript, so that an old Node can say what is wrong.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { complaint, isNewEnough } from './require-node.mjs'

const pinned = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))

// An exit code of 1 means "failed verification": a broken installation must never look like that
process.exitCode = 2
if (isNewEnough) {
  await import('./main.ts').catch((error) => console.error(error))
} else if (existsSync(pinned)) {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const child = spawn(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Whoever ends this process means the one that works; Ctrl-C reaches both by itself
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGINT', () => {})
  child.on('error', (error) => console.error(`assay: ${error.message}`))
  child.on('exit', (status, signal) => {
    process.exitCode = status ?? (signal === 'SIGINT' ? 130 : 2)
  })
} else {
  console.error(complaint)
}
