/** One DER value, with what may be wrong about it: a claimed length other than its content's. */
export type Der = {
  readonly tag: number
  readonly content: readonly Der[] | Buffer
  /** The length octets to write in place of the right ones. */
  readonly length?: Buffer
}

/** Reads bytes as DER values end to end; undefined where they are something else. Long tags are not needed here. */
export function readDer(bytes: Buffer): Der[] | undefined {
  const values: Der[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0
    const header = readLength(bytes, at + 1)
    if (header === undefined || (tag & 0x1f) === 0x1f || header.start + header.length > bytes.length) return undefined
    const inner = bytes.subarray(header.start, header.start + header.length)
    values.push({ tag, content: (isConstructed(tag) ? readDer(inner) : wrapped(tag, inner)) ?? inner })
    at = header.start + header.length
  }
  return values
}

function isConstructed(tag: number): boolean {
  return (tag & 0x20) !== 0
}

/** Extensions and the content of a timestamp are DER inside an OCTET STRING. */
function wrapped(tag: number, inner: Buffer): Der[] | undefined {
  return tag === 0x04 && inner[0] === 0x30 ? readDer(inner) : undefined
}

function readLength(bytes: Buffer, at: number): { start: number; length: number } | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first < 0x80) return { start: at + 1, length: first }
  const size = first & 0x7f
  if (size === 0 || size > 4 || at + 1 + size > bytes.length) return undefined
  return { start: at + 1 + size, length: bytes.readUIntBE(at + 1, size) }
}

export function writeDer(values: readonly Der[]): Buffer {
  return Buffer.concat(
    values.map(({ tag, content, length }) => {
      const body = Buffer.isBuffer(content) ? content : writeDer(content)
      return Buffer.concat([Buffer.of(tag), length ?? lengthOctets(body.length), body])
    }),
  )
}

/** Every value of a tree, outer before inner. */
export function allOf(values: readonly Der[]): Der[] {
  return values.flatMap((value) => [value, ...(Buffer.isBuffer(value.content) ? [] : allOf(value.content))])
}

export function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const size = length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4
  const octets = Buffer.alloc(size + 1)
  octets[0] = 0x80 | size
  octets.writeUIntBE(length, 1, size)
  return octets
}
