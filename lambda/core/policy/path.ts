/** Where in a document: keys and list indexes from the top. */
export type Path = readonly PropertyKey[]

/** A path as people write it: `spec.authorities[0].key`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => joinPath(text, step), '')
}

function joinPath(text: string, step: PropertyKey): string {
  if (typeof step === 'number') return `${text}[${step}]`
  const key = String(step)
  if (!/^[\w-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`
  return text === '' ? key : `${text}.${key}`
}

/** The value at a path, or undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    return Reflect.get(value, step)
  }, root)
}
