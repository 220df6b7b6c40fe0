#!/usr/bin/env node
// Starts the command line on the Node that the package pins. Plain JavaScript, so that an old Node can say what is wrong.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
const pinned = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))

if (major > 24 || (major === 24 && minor >= 15)) {
  // An exit code of 1 means "failed verification": a broken installation must never look like that
  process.exitCode = 2
  await import('./main.ts').catch((error) => console.error(error))
} else if (existsSync(pinned) && process.env.ASSAY_NODE !== 'host') {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const { status, signal } = spawnSync(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exitCode = status ?? (signal === 'SIGINT' ? 130 : 2)
} else {
  console.error(
    `assay needs Node 24.15 or newer; this is ${process.version}. Run "npm ci" with install scripts allowed: it brings the right one.`,
  )
  process.exitCode = 2
}
