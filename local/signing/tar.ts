const BLOCK = 512
const MAX_NAME = 100

/** A tar archive (POSIX ustar) of text files, in the order of their paths, owned by root and dated 1970. */
export function tar(files: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(files).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const blocks = entries.flatMap(([path, text]) => {
    const content = Buffer.from(text, 'utf8')
    return [header(path, content.length), content, Buffer.alloc(-content.length & (BLOCK - 1))]
  })
  // Two empty blocks end the archive
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)])
}

function header(path: string, size: number): Buffer {
  if (Buffer.byteLength(path) > MAX_NAME) throw new RangeError(`path "${path}" is longer than ${MAX_NAME} bytes`)
  const block = Buffer.alloc(BLOCK)
  block.write(path, 0)
  block.write(octal(0o644, 7), 100)
  block.write(octal(0, 7), 108)
  block.write(octal(0, 7), 116)
  block.write(octal(size, 11), 124)
  block.write(octal(0, 11), 136)
  // The checksum counts its own field as spaces
  block.write(' '.repeat(8), 148)
  block.write('0', 156)
  block.write('ustar\0' + '00', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\0 `, 148)
  return block
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
