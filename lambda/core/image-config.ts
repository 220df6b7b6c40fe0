import * as z from 'zod'
import type { ImageConfig } from './evidence.ts'
import { isObject } from './is-object.ts'
import { sizeFault } from './json-size.ts'
import { type Descriptor, IMAGE_CONFIGS, shown } from './manifest.ts'
import { IMAGE_CONFIG, oddKey } from './odd-key.ts'
import { parseStrictJson } from './strict-json.ts'

const text = z.string().nullish()
const texts = z.array(z.string()).nullish()
const map = z.record(z.string(), z.unknown()).nullish()
/** What a runtime takes from it, by the types that Go demands. https://github.com/opencontainers/image-spec/blob/main/config.md */
const known = z.looseObject({
  created: text,
  author: text,
  architecture: text,
  os: text,
  'os.version': text,
  'os.features': texts,
  variant: text,
  config: z
    .looseObject({
      User: text,
      ExposedPorts: map,
      Env: texts,
      Entrypoint: texts,
      Cmd: texts,
      Volumes: map,
      WorkingDir: text,
      Labels: z.record(z.string(), text).nullish(),
      StopSignal: text,
      ArgsEscaped: z.boolean().nullish(),
      OnBuild: texts,
      Shell: texts,
    })
    .nullish(),
  rootfs: z.looseObject({ type: text, diff_ids: texts }).nullish(),
  history: z.array(z.looseObject({}).nullable()).nullish(),
})

/** Parsed, it takes some megabytes. */
const MAX_SIZE = 100_000
const MAX_DEPTH = 32

/** Reads the bytes of an image config, as every runtime would: what can be read in two ways is none. */
export function readImageConfig({ mediaType }: Descriptor, bytes: Uint8Array): ImageConfig {
  if (!IMAGE_CONFIGS.includes(mediaType)) return missing(`its media type is ${shown(mediaType)}, not an image config`)
  const tooLarge = sizeFault(bytes, MAX_SIZE)
  if (tooLarge !== undefined) return { fault: `it has ${tooLarge}`, reason: 'over-limit' }
  const read = parseStrictJson(bytes, 'the image config')
  if ('fault' in read) return missing(read.fault)
  const { json } = read
  if (!isObject(json)) return missing('it is not a JSON object')
  if (isDeep(json)) return { fault: `it nests deeper than ${MAX_DEPTH} levels`, reason: 'over-limit' }
  const odd = oddKey(json, IMAGE_CONFIG)
  if (odd !== undefined) return missing(`key ${shown(odd.key)} differs by case only from ${shown(odd.is)}`)
  const typed = known.safeParse(json)
  if (!typed.success) return missing(faultIn(typed.error))
  const { os, architecture, variant } = json
  const platform = [os, architecture, variant].filter((part) => typeof part === 'string' && part !== '').join('/')
  if (platform === '') return missing('it names neither os nor architecture')
  return { platform: platform.toWellFormed(), json: withoutNull(json) }
}

function missing(fault: string): ImageConfig {
  return { fault, reason: 'config-missing' }
}

function faultIn({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.map(String).join('.')}: ${issue?.message}`
}

/** Go takes null for nothing, so that a user who is null is root. */
function withoutNull(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(json).filter(([, value]) => value !== null)
  return Object.fromEntries(entries.map(([key, value]) => [key, isObject(value) ? withoutNull(value) : value]))
}

/** Level by level, so that it cannot break itself. */
function isDeep(json: object): boolean {
  let level: unknown[] = [json]
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  }
  return level.length > 0
}
