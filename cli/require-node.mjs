// Says in one line what is wrong where the host's Node would run instead of the pinned one. Plain JavaScript, for any Node.
import { pathToFileURL } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)

export const isNewEnough = major > 24 || (major === 24 && minor >= 15)
export const complaint = `assay needs Node 24.15 or newer; this is ${process.version}. Run "npm ci" with install scripts allowed: it brings the right one.`

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && !isNewEnough) {
  console.error(complaint)
  process.exitCode = 2
}
