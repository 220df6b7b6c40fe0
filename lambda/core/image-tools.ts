import type { Package } from './checks/statement/package.ts'
import type { Purl } from './purl.ts'
import { BY_LANGUAGE, NOT_OF_SYSTEMS, TOOLS, type ToolKind } from './tool-names.ts'

/** What an image holds beside its program, each by one name, in order. `languageManagers` install packages of one language only. */
export type ImageTools = {
  readonly shells: readonly string[]
  readonly packageManagers: readonly string[]
  readonly languageManagers: readonly string[]
}

const TOOL_OF_PACKAGE = byName('packages')
const TOOL_OF_FILE = byName('files')
/** `bin`, `usr/local/bin`, `usr/lib/klibc/bin`; distroless keeps its debug shells in `busybox`. */
const PROGRAMS: readonly (string | undefined)[] = ['bin', 'sbin', 'busybox']
/** Builds of one version of Python: `py3.12-pip`, `python3.11-pip`; `pip3.12`. */
const PIP_PACKAGE = /^py(?:thon)?[0-9.]*-pip$/
const PIP_FILE = /^pip[0-9.]*$/

/** The tools that packages are, however they are named: by name, or by a package URL. What could be one counts. */
export function toolsOfPackages(packages: readonly Package[]): ImageTools {
  return sorted(packages.flatMap(toolsOf))
}

/** The tools whose programs lie at these paths of a file system: a runtime needs no package to start one. */
export function toolsAtPaths(paths: readonly string[]): ImageTools {
  return sorted(paths.flatMap((path) => toolAt(path) ?? []))
}

/** Both together: what one does not list and the other shows is there. */
export function allTools(one: ImageTools, other: ImageTools): ImageTools {
  return sorted([one, other].flatMap((tools) => Object.values(tools).flat()))
}

export function shellsIn(paths: readonly string[]): readonly string[] {
  return toolsAtPaths(paths).shells
}

/** The package managers of operating systems at these paths. */
export function packageManagersIn(paths: readonly string[]): readonly string[] {
  return toolsAtPaths(paths).packageManagers
}

function toolsOf({ name, purls }: Package): readonly string[] {
  const system = purls.filter((purl) => !isOfLanguage(purl) && !isSource(purl))
  const names = [
    ...(purls.length === 0 || system.length > 0 ? [name] : []),
    ...system.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)),
  ]
  const found = names.map((one) => toolNamed(one.toLowerCase())).filter((tool) => tool !== undefined)
  return [...found, ...purls.flatMap(toolOfLanguage)]
}

function toolNamed(name: string): string | undefined {
  return PIP_PACKAGE.test(name) ? 'pip' : TOOL_OF_PACKAGE.get(name)
}

function toolOfLanguage({ type, path }: Purl): readonly string[] {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  const tools = Object.hasOwn(BY_LANGUAGE, type) ? BY_LANGUAGE[type] : undefined
  return tools?.includes(name) === true ? [name] : []
}

function isOfLanguage({ type }: Purl): boolean {
  return NOT_OF_SYSTEMS.includes(type)
}

/** What a package was built from, as SBOMs of apk packages list it beside the package. */
function isSource({ qualifiers }: Purl): boolean {
  return qualifiers.has('download_url') || qualifiers.has('vcs_url')
}

function toolAt(path: string): string | undefined {
  const [file = '', folder] = path.split('/').toReversed()
  const name = file.toLowerCase()
  if (!PROGRAMS.includes(folder) && !name.endsWith('.exe')) return undefined
  return PIP_FILE.test(name) ? 'pip' : TOOL_OF_FILE.get(name)
}

function sorted(tools: readonly string[]): ImageTools {
  const all = [...new Set(tools)].toSorted()
  const of = (kind: ToolKind) => all.filter((tool) => TOOLS[tool]?.kind === kind)
  return { shells: of('shell'), packageManagers: of('package'), languageManagers: of('language') }
}

function byName(names: 'packages' | 'files'): ReadonlyMap<string, string> {
  return new Map(Object.entries(TOOLS).flatMap(([tool, known]) => known[names].map((name) => [name, tool] as const)))
}
