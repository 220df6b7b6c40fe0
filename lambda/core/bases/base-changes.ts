import type { RunConfig } from './standing.ts'

/** What was done to a base: to one of its files, or to how it runs. `what`: the path, or the variable. */
export type BaseChange = { readonly what: string; readonly kind: string }

/** What the layers above a base, and the image config, do to it. Counts are of all, lists of the first. */
export type BaseChanges = {
  readonly unexpected: readonly BaseChange[]
  readonly unexpectedCount: number
  readonly expectedCount: number
  readonly filesAdded: number
  readonly bytesAdded: number
  readonly setuidAdded: readonly string[]
}

/** Changes of the image config that a BaseImage may expect, by name, and what each means. */
export const CONFIG_CHANGES = {
  entrypoint: 'another entrypoint or command',
  'path-additions': 'PATH has more folders, and those of the base in their order',
  path: 'folders of the base are gone from PATH, or in another order',
  'loader-variables': 'variables that tell the loader what to load (LD_*)',
} as const
export type ConfigChange = keyof typeof CONFIG_CHANGES

/** How an image runs otherwise than its base. A user is no change of the base: policies ask for it by the image config. */
export function configChanges(base: RunConfig, image: RunConfig): (BaseChange & { readonly kind: ConfigChange })[] {
  const entrypoint = same(base.entrypoint, image.entrypoint) && same(base.cmd, image.cmd)
  const variables = [...new Set([...base.env, ...image.env].map(nameOf))].filter((name) => /^LD_/.test(name)).sort()
  const changed = variables.filter((name) => lastOf(base.env, name) !== lastOf(image.env, name))
  return [
    ...(entrypoint ? [] : [{ what: 'entrypoint', kind: 'entrypoint' as const }]),
    ...pathChange(foldersOf(base), foldersOf(image)),
    ...changed.map((what) => ({ what, kind: 'loader-variables' as const })),
  ]
}

function pathChange(base: readonly string[], image: readonly string[]) {
  if (same(base, image)) return []
  let at = 0
  for (const folder of image) if (folder === base[at]) at++
  const kind: ConfigChange = at === base.length ? 'path-additions' : 'path'
  return [{ what: 'PATH', kind }]
}

function foldersOf({ env }: RunConfig): string[] {
  return (lastOf(env, 'PATH') ?? '').split(':').filter((folder) => folder !== '')
}

function nameOf(variable: string): string {
  return variable.split('=', 1)[0] ?? ''
}

/** Of two of one name the last counts, as for whoever starts it. */
function lastOf(env: readonly string[], name: string): string | undefined {
  return env.findLast((variable) => nameOf(variable) === name)?.slice(name.length + 1)
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index])
}
