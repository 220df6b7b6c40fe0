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
  'loader-variables': 'variables by which libc loads code or is tuned (LD_*, GCONV_PATH, GLIBC_TUNABLES)',
} as const
export type ConfigChange = keyof typeof CONFIG_CHANGES

/** Whatever starts, the loader or libc goes by these. https://www.man7.org/linux/man-pages/man8/ld.so.8.html, iconv(3) */
const BY_LOADER = /^(?:LD_.*|GCONV_PATH|GLIBC_TUNABLES)$/

/** How an image runs otherwise than its base. A user is no change of the base: policies ask for it by the image config. */
export function configChanges(base: RunConfig, image: RunConfig): (BaseChange & { readonly kind: ConfigChange })[] {
  const entrypoint = same(base.entrypoint, image.entrypoint) && same(base.cmd, image.cmd)
  const variables = [...new Set([...base.env, ...image.env].map(nameOf))].filter((name) => BY_LOADER.test(name)).sort()
  const changed = variables.filter((name) => !same(valuesOf(base, name), valuesOf(image, name)))
  return [
    ...(entrypoint ? [] : [{ what: 'entrypoint', kind: 'entrypoint' as const }]),
    ...pathChange(valuesOf(base, 'PATH').map(foldersIn), valuesOf(image, 'PATH').map(foldersIn)),
    ...changed.map((what) => ({ what, kind: 'loader-variables' as const })),
  ]
}

function pathChange(
  base: readonly Folders[],
  image: readonly Folders[],
): readonly { what: string; kind: ConfigChange }[] {
  if (base.length === image.length && base.every((one, index) => same(one, image[index] ?? []))) return []
  const [first = []] = base
  const isAddition = base.length <= 1 && image.length > 0 && image.every((one) => isWithin(first, one))
  return [{ what: 'PATH', kind: isAddition ? 'path-additions' : 'path' }]
}

type Folders = readonly string[]

/** Whether all of some folders are among others, in their order. */
function isWithin(some: Folders, others: Folders): boolean {
  let at = 0
  for (const folder of others) if (folder === some[at]) at++
  return at === some.length
}

/** An empty one is the folder that a process is in. */
function foldersIn(path: string): Folders {
  return path === '' ? [] : path.split(':')
}

function nameOf(variable: string): string {
  return variable.split('=', 1)[0] ?? ''
}

/** All values of one name: of two that differ, glibc's loader goes by the last, musl's and getenv by the first. */
function valuesOf({ env }: RunConfig, name: string): readonly string[] {
  const values = env.filter((one) => nameOf(one) === name).map((one) => one.slice(name.length + 1))
  return new Set(values).size > 1 ? values : values.slice(0, 1)
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index])
}
