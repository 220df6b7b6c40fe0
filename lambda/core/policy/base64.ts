/** The bytes of standard base64, broken into lines or not; undefined for anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const joined = text.replace(/\s+/g, '')
  if (joined.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(joined)) return undefined
  return Buffer.from(joined, 'base64')
}
