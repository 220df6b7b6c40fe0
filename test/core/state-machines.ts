import { pathToFileURL } from 'node:url'
import { IMAGE_TRANSITIONS, TAG_TRANSITIONS, type Transition } from '../../lambda/core/transitions.ts'

/** docs/state-machine.md, made of the transitions. To write it: `node test/core/state-machines.ts > docs/state-machine.md`. */
export function stateMachines(): string {
  return `# States

Made from \`lambda/core/transitions.ts\` by \`node test/core/state-machines.ts\`; a test compares.
A move that is not drawn is a defect and is not written. Every write names the condition under which it counts; who loses it looks again from the start.

## Of an image
${drawn(IMAGE_TRANSITIONS)}

A state moves only together with its \`rev\` and a row of history. Work that a move calls for (\`todo\`) is in the same write.

## Of a tag that was seen on a bad image
${drawn(TAG_TRANSITIONS)}

The steps between *in place* and *taken*, and why in this order: \`lambda/core/taking.ts\`.
`
}

function drawn(transitions: readonly Transition<string>[]): string {
  const name = (place: string) => (place === 'unknown' ? '[*]' : place.replace(' ', '_'))
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...transitions.map(({ from, to }) => `    ${name(from)} --> ${name(to)}`),
    '```',
    '',
    '| from | to | when | written if |',
    '|---|---|---|---|',
    ...transitions.map(({ from, to, when, write }) => `| ${from} | ${to} | ${when} | ${write} |`),
  ].join('\n')
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(stateMachines())
}
