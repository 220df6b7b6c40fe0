const BLOCK = 512

/** The regular files of a tar archive by path; undefined where it is none. Reads ustar, and long names as GNU and pax have them. */
export function readTar(archive: Buffer): ReadonlyMap<string, Buffer> | undefined {
  const files = new Map<string, Buffer>()
  let longName: string | undefined
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK)
    if (header.every((byte) => byte === 0)) return files
    const octal = textAt(header, 124, 12).trim()
    const end = at + BLOCK + Number.parseInt(octal, 8)
    if (!/^[0-7]{1,11}$/.test(octal) || end > archive.length) return undefined
    const content = archive.subarray(at + BLOCK, end)
    switch (textAt(header, 156, 1)) {
      case 'L':
        longName = textAt(content, 0, content.length)
        break
      case 'x':
        longName = /(?:^|\n)[0-9]+ path=([^\n]+)\n/.exec(content.toString('utf8'))?.[1] ?? longName
        break
      case 'g':
        break
      case '':
      case '0':
        files.set(normalised(longName ?? nameOf(header)), content)
        longName = undefined
        break
      default:
        longName = undefined
    }
    at = at + BLOCK + Math.ceil(content.length / BLOCK) * BLOCK
  }
  return files.size > 0 ? files : undefined
}

function nameOf(header: Buffer): string {
  const prefix = textAt(header, 257, 5) === 'ustar' ? textAt(header, 345, 155) : ''
  return prefix === '' ? textAt(header, 0, 100) : `${prefix}/${textAt(header, 0, 100)}`
}

function textAt(bytes: Buffer, start: number, length: number): string {
  const text = bytes.toString('utf8', start, start + length)
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

function normalised(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '')
}
