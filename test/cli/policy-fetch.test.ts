import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { documentOf } from '../core/policy/documents.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'
import { printed } from './printed.ts'

const TEXT = 'size(authorityMatches) == 1'
const URL_OF_IT = 'https://policies.example.com/one.cel'

/** A folder with a policy that refers to a text by the sha256 of what is given. */
function folderWith(text: string) {
  const sum = createHash('sha256').update(text).digest('hex')
  const folder = temporaryFolder()
  const file = join(folder, 'policy.yaml')
  const spec = `images: [{ glob: "ghcr.io/**" }]\nauthorities: [{ name: a, static: { action: pass } }]\npolicy: { type: cel, remote: { url: "${URL_OF_IT}", sha256sum: ${sum} } }`
  writeFileSync(file, documentOf('VerificationPolicy', spec))
  return { file, kept: join(folder, 'remote', sum) }
}

function answering(status: number, body: string, headers: Record<string, string> = {}) {
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(body, { status, headers }))
}

describe('assay policy fetch', () => {
  it('keeps what policies refer to beside them, so that they can be read', async () => {
    const { file, kept } = folderWith(TEXT)
    await expect(printed('check', file)).rejects.toThrow(/there is no file remote\//)
    answering(200, TEXT)
    expect(await printed('fetch', file, '--from', 'policies.example.com')).toEqual([`${URL_OF_IT} kept as ${kept}`])
    expect(readFileSync(kept, 'utf8')).toBe(TEXT)
    expect(await printed('check', file)).toContain(
      'VerificationPolicy sample (enforce) covers ghcr.io/**; one of: a; a cel policy over all that matched',
    )
  })

  it('asks no host that is not named', async () => {
    const { file, kept } = folderWith(TEXT)
    const fetch = answering(200, TEXT)
    await expect(printed('fetch', file, '--from', 'other.example.com', 'example.com')).rejects.toThrow(
      /policies\.example\.com is none of --from other\.example\.com example\.com$/,
    )
    expect([fetch.mock.calls.length, existsSync(kept)]).toEqual([0, false])
  })

  it.each([
    ['other bytes', 200, 'true', {}, /has sha256:.*; .* asks for sha256:/],
    ['a redirect', 302, '', { location: 'https://elsewhere.example.com/' }, /./],
    ['nothing', 404, '', {}, /is answered with 404/],
    ['too much', 200, 'x'.repeat(70_000), {}, /65536 bytes/],
  ])('keeps nothing where it is answered with %s', async (_, status, body, headers, message) => {
    const { file, kept } = folderWith(TEXT)
    answering(status, body, headers)
    await expect(printed('fetch', file, '--from', 'policies.example.com')).rejects.toThrow(message)
    expect(existsSync(kept)).toBe(false)
  })
})
