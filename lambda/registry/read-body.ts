import { OverLimit } from '../errors.ts'

/** The body of a response, read no further than `maxBytes`; throws OverLimit beyond, whatever content-length says. */
export async function readBody(response: Response, maxBytes: number, what: string): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array()
  const tooLong = `${what}: more than the ${maxBytes} bytes we read`
  if (Number(response.headers.get('content-length')) > maxBytes) {
    await response.body.cancel()
    throw new OverLimit(tooLong)
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.byteLength
    if (length > maxBytes) throw new OverLimit(tooLong)
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/** The body of an answer that says what is wrong; empty where it is longer than `maxBytes`, or does not come. */
export async function readError(response: Response, maxBytes: number): Promise<Uint8Array> {
  return readBody(response, maxBytes, 'error').catch(() => new Uint8Array())
}
