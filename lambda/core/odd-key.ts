/** Known keys by the name that Go compares, and those of the objects that lie in them. */
type Shape = ReadonlyMap<string, { readonly key: string; readonly within: Shape | undefined }>

// Keys of annotations are free, so nothing is known within them
const PLATFORM = shape(['architecture', 'os', 'os.version', 'os.features', 'variant', 'features'])
const DESCRIPTOR = shape(['mediaType', 'digest', 'size', 'urls', 'annotations', 'data', 'artifactType'], {
  platform: PLATFORM,
})
const MANIFEST = shape(['schemaVersion', 'mediaType', 'artifactType', 'annotations'], {
  config: DESCRIPTOR,
  layers: DESCRIPTOR,
  manifests: DESCRIPTOR,
  subject: DESCRIPTOR,
})

/** What a runtime takes from an image config. https://github.com/opencontainers/image-spec/blob/main/config.md */
export const IMAGE_CONFIG = shape(['created', 'author', 'architecture', 'os', 'os.version', 'os.features', 'variant'], {
  config: shape([
    'User',
    'ExposedPorts',
    'Env',
    'Entrypoint',
    'Cmd',
    'Volumes',
    'WorkingDir',
    'Labels',
    'StopSignal',
    'ArgsEscaped',
    'Healthcheck',
    'OnBuild',
    'Shell',
  ]),
  rootfs: shape(['type', 'diff_ids']),
  history: shape(['created', 'author', 'created_by', 'comment', 'empty_layer']),
})

/**
 * The first key of a manifest, or of another known document, that is written otherwise than the one Go takes it for, and that one.
 * Runtimes read keys whatever their case, so they would see what we do not: https://pkg.go.dev/encoding/json#Unmarshal
 */
export function oddKey(json: unknown, known: Shape = MANIFEST): { readonly key: string; is: string } | undefined {
  for (const object of Array.isArray(json) ? json : [json]) {
    if (typeof object !== 'object' || object === null) continue
    for (const [key, value] of Object.entries(object)) {
      const match = known.get(folded(key))
      if (match === undefined) continue
      if (match.key !== key) return { key, is: match.key }
      const inner = match.within && oddKey(value, match.within)
      if (inner !== undefined) return inner
    }
  }
  return undefined
}

function shape(keys: readonly string[], objects: Readonly<Record<string, Shape>> = {}): Shape {
  return new Map([...keys, ...Object.keys(objects)].map((key) => [folded(key), { key, within: objects[key] }]))
}

/** Lower case first brings in the Kelvin sign, upper case then the long s, as Go does: https://pkg.go.dev/unicode#SimpleFold */
function folded(key: string): string {
  return key.toLowerCase().toUpperCase()
}
