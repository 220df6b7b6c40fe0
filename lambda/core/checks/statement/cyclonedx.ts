import { isObject } from '../../is-object.ts'
import { SBOM_FORMATS } from '../../policy/statement-rules.ts'
import { type Fault, seen } from './finding.ts'
import { type Contents, isImage, type Package, packageOf } from './package.ts'

const FORMATS = SBOM_FORMATS.filter((format) => format.startsWith('cyclonedx-'))
const MAX_DEPTH = 32

/**
 * Reads a CycloneDX document, 1.2 to 1.7 (https://cyclonedx.org/docs/1.7/json): its components and those within them.
 * `metadata.component` is the image itself unless it has a package URL of something else. A file without one is no package.
 */
export function readCycloneDx(document: Readonly<Record<string, unknown>>): Contents | Fault {
  const { bomFormat, specVersion, components, metadata = {} } = document
  const format = FORMATS.find((one) => typeof specVersion === 'string' && one === `cyclonedx-${specVersion}`)
  if (bomFormat !== 'CycloneDX' || format === undefined) {
    return {
      fault: `bomFormat is ${seen(bomFormat)}, specVersion ${seen(specVersion)}; understood is CycloneDX 1.2 to 1.7 as JSON`,
    }
  }
  if (!Array.isArray(components))
    return { fault: `components of the CycloneDX document is ${seen(components)}, not a list` }
  if (!isObject(metadata)) return { fault: `metadata is ${seen(metadata)}, not an object` }
  const subject = readTree(metadata.component === undefined ? [] : [metadata.component])
  if ('fault' in subject) return subject
  const rest = readTree(components)
  if ('fault' in rest) return rest
  const [about, ...within] = subject.components
  const listed = [...within, ...rest.components]
  const isOther = (one: Component) => (one === about ? isImage(one) : one.isFile && one.purls.length === 0)
  const all = about === undefined ? listed : [about, ...listed]
  return { format, packages: all.filter((one) => !isOther(one)), others: all.filter(isOther) }
}

/** Components with all that lie within them, level by level. */
function readTree(roots: readonly unknown[]): { readonly components: readonly Component[] } | Fault {
  const components: Component[] = []
  let level = roots
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return { fault: `components lie more than ${MAX_DEPTH} deep within each other` }
    const within: unknown[] = []
    for (const component of level) {
      const one = readComponent(component)
      if ('fault' in one) return one
      components.push(one)
      for (const inner of one.components) within.push(inner)
    }
    level = within
  }
  return { components }
}

type Component = Package & { readonly isFile: boolean; readonly components: readonly unknown[] }

function readComponent(component: unknown): Component | Fault {
  if (!isObject(component)) return { fault: `a component is ${seen(component)}, not an object` }
  const { type, name, group, version, purl = '', components = [] } = component
  const one = packageOf({ name, group, version, purls: purl === '' ? [] : [purl] })
  if ('fault' in one) return one
  if (!Array.isArray(components)) return { fault: `components of ${seen(name)} is ${seen(components)}, not a list` }
  return { ...one, isFile: type === 'file', components }
}
