import { hash } from 'node:crypto'
import type { Descriptor } from '../../lambda/core/manifest.ts'
import { INDEX, MANIFEST } from '../formats/layouts.ts'
import { type Corpus, jsonOf } from './corpus.ts'
import type { Input, Specimen } from './mutant.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { mutateDer } from './mutate-der.ts'
import { changedAt, type Donors, type Json, mutateJson, type Path, pathsOf, valueAt, writeJson } from './mutate-json.ts'
import type { Random } from './random.ts'

type Made = { readonly specimen: Specimen; readonly input: Input }

/** Changes any one to three places of a bundle. */
export function changeBundle({ bundles, donors }: Corpus, random: Random): Made {
  const specimen = random.pick(bundles)
  return { specimen, input: bundleOf(writeJson(mutateJson(jsonOf(specimen), random, donors), random)) }
}

/** Changes the text of a bundle without knowing what it means. */
export function changeText({ bundles }: Corpus, random: Random): Made {
  const specimen = random.pick(bundles)
  const text = Buffer.from(JSON.stringify(jsonOf(specimen)))
  const times = random.pick([1, 1, 2, 5])
  return {
    specimen,
    input: bundleOf(Array.from({ length: times }).reduce<Buffer>((bytes) => mutateBytes(bytes, random), text)),
  }
}

/** Changes one DER value inside a bundle, in a place of one of these names. */
export function changeDer({ bundles, donors }: Corpus, random: Random, ...names: readonly string[]): Made {
  return changeText64(bundles, random, names, (bytes) => mutateDer(bytes, random, donors.der))
}

/** Changes JSON that lies in base64 inside a bundle. */
export function changeInnerJson({ bundles, donors }: Corpus, random: Random, name: string): Made {
  return changeText64(bundles, random, [name], (bytes) => changeJsonText(bytes, random, donors))
}

function changeText64(
  bundles: readonly Specimen[],
  random: Random,
  names: readonly string[],
  change: (bytes: Buffer) => Buffer,
): Made {
  const places = (specimen: Specimen) => pathsOf(jsonOf(specimen)).filter((path) => isNamed(path, names))
  const specimen = random.pick(bundles.filter((one) => places(one).length > 0))
  const path = random.pick(places(specimen))
  const text = valueAt(jsonOf(specimen), path)
  const changed = change(Buffer.from(typeof text === 'string' ? text : '', 'base64')).toString('base64')
  return { specimen, input: bundleOf(Buffer.from(JSON.stringify(changedAt(jsonOf(specimen), path, () => changed)))) }
}

function isNamed(path: Path, names: readonly string[]): boolean {
  return names.includes(String(path.at(-1)))
}

/** Changes the annotations of a legacy layer: JSON as JSON, PEM as its DER, other text as text. */
export function changeAnnotations({ layers, donors }: Corpus, random: Random): Made {
  const specimen = random.pick(layers)
  const input = layerOf(specimen)
  const names = Object.keys(input.layer.annotations)
  const changed = mutateJson(input.layer.annotations, random, donors)
  const one = random.pick(names)
  const annotations =
    random.below(4) === 0
      ? texts(changed)
      : { ...input.layer.annotations, [one]: changeAnnotation(input.layer.annotations[one] ?? '', random, donors) }
  return { specimen, input: { ...input, layer: { ...input.layer, annotations } } }
}

function changeAnnotation(text: string, random: Random, donors: Donors): string {
  if (text.startsWith('{')) return changeJsonText(Buffer.from(text), random, donors).toString()
  const [, begin = '', body, end = ''] = /^(-----BEGIN \w+-----\n)([^-]+)(-----END \w+-----\n?)$/.exec(text) ?? []
  if (body === undefined) return texts([mutateJson(text, random, donors)])[0] ?? ''
  return `${begin}${mutateDer(Buffer.from(body, 'base64'), random, donors.der).toString('base64')}\n${end}`
}

/** Changes the bytes of a legacy layer. As a registry client would have it, its digest follows; seldom it does not. */
export function changeLayer({ layers, donors }: Corpus, random: Random): Made {
  const specimen = random.pick(layers)
  const input = layerOf(specimen)
  const bytes = changeJsonText(input.bytes, random, donors)
  const digest: Descriptor['digest'] = random.below(8) === 0 ? input.layer.digest : `sha256:${hash('sha256', bytes)}`
  return { specimen, input: { ...input, layer: { ...input.layer, digest, size: bytes.length }, bytes } }
}

/** Changes a manifest or an index, or what it is served as. */
export function changeManifest({ manifests, donors }: Corpus, random: Random): Made {
  const specimen = random.pick(manifests)
  if (specimen.input.carrier !== 'manifest') throw new Error('not a manifest')
  const { mediaType } = specimen.input.fetched
  const json = manifests.map(jsonOf)
  const bytes = changeJsonText(Buffer.from(specimen.input.fetched.bytes), random, { ...donors, json })
  const served = random.below(10) === 0 ? random.pick([MANIFEST, INDEX, '', `${mediaType}; charset=utf-8`]) : mediaType
  const fetched = { digest: `sha256:${hash('sha256', bytes)}`, mediaType: served, bytes } as const
  return { specimen, input: { carrier: 'manifest', fetched } }
}

/** JSON text, changed as JSON or as bytes. */
export function changeJsonText(bytes: Buffer, random: Random, donors: Donors): Buffer {
  if (random.below(4) === 0) return mutateBytes(bytes, random)
  return writeJson(mutateJson(JSON.parse(bytes.toString()) as Json, random, donors), random)
}

function bundleOf(bytes: Buffer): Input {
  return { carrier: 'bundle', bytes }
}

function layerOf({ input }: Specimen): Extract<Input, { carrier: 'legacy' }> {
  if (input.carrier !== 'legacy') throw new Error('not a legacy layer')
  return input
}

function texts(json: Json): Record<string, string> {
  const entries = typeof json === 'object' && json !== null ? Object.entries(json) : []
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
