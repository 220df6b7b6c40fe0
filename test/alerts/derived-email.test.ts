import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { email } from '../../lambda/alerts/email.ts'
import type { Alert } from '../../lambda/core/alert.ts'
import { MOST_TOLD } from '../../lambda/core/todo.ts'
import { digest, HOST, NOW } from '../core/records.ts'

const BASE = `${HOST}/bases/node@${digest(2)}`
const APP = `${HOST}/prod/app@${digest(3)}`
type Derived = NonNullable<Alert['derived']>

function alert(event: 'replaced' | 'unvouched' | 'ended', derived: Derived, image = BASE): Alert {
  return { event, image, digest: digest(2), state: 'verified', at: NOW, checks: [], tags: [], derived }
}

const images = [
  { image: APP, tags: ['v1', 'latest'], wave: 1 },
  { image: `${HOST}/prod/top@${digest(4)}`, tags: [], wave: 2 },
]

describe('an alert about a base, as e-mail', () => {
  it('tells of one that was replaced what took its place, and who must rebuild', () => {
    const replaced = { tag: '22', by: digest(5), at: NOW, behind: 1 }
    expect(email.render(alert('replaced', { count: 2, images, replaced }))).toEqual({
      subject: `Assay: ${HOST}/bases/node was replaced: images stand on it and must be rebuilt`,
      text: `${BASE} was replaced: images stand on it and must be rebuilt.

State: verified, ${NOW}

What took its place
- 22 points at ${digest(5)}, seen at ${NOW}

Who must rebuild (2)
- wave 1: ${APP} (v1, latest)
- wave 2: ${HOST}/prod/top@${digest(4)}

What to do
Nothing was taken. Rebuild the images named above on what is current now, those of the first wave first: others stand on them. All of them: assay derived ${BASE}.`,
    })
  })

  it('tells of one that nobody vouches for any more what to look at', () => {
    expect(email.render(alert('unvouched', { count: 1, images: images.slice(0, 1) }))).toEqual({
      subject: `Assay: ${HOST}/bases/node no longer counts as a base, and images stand on it`,
      text: `${BASE} no longer counts as a base, and images stand on it.

State: verified, ${NOW}

Who must rebuild (1)
- wave 1: ${APP} (v1, latest)

What to do
Nothing was taken. See why it is no longer vouched for (assay status ${BASE}), and rebuild the images named above on another base. All of them: assay derived ${BASE}.`,
    })
  })

  it('says no more of what took its place than is known', () => {
    const { text } = email.render(alert('replaced', { count: 1, images, replaced: { tag: '22', behind: 1 } }))
    expect(text).toContain('\n- 22 points at another image\n')
  })

  it('tells of the packages that differ, each on a line of its own', () => {
    const material = { added: 0, removed: 0, changed: 2, listed: ['openssl 3.0.1 -> 3.0.2', 'zlib\n1 -> 2'] }
    const replaced = { tag: '22', by: digest(5), behind: 1, material }
    const { text } = email.render(alert('replaced', { count: 1, images, replaced }))
    expect(text).toContain(`- 22 points at ${digest(5)}\n  openssl 3.0.1 -> 3.0.2\n  zlib?1 -> 2\n\n`)
  })

  it('counts all, where it names the first of many, and fits into a message of SNS', () => {
    const long = `${HOST}/${'a'.repeat(255)}@${digest(6)}`
    const many = Array.from({ length: MOST_TOLD }, () => ({
      image: long,
      tags: ['t', 'u', 'v'].map((t) => t.repeat(128)),
      wave: 1,
    }))
    const { text } = email.render(alert('replaced', { count: 5_000, images: many, replaced: { tag: '22', behind: 1 } }))
    expect(text).toContain('Who must rebuild (5000)')
    expect(text.split('\n').filter((line) => line.startsWith('- wave'))).toHaveLength(MOST_TOLD)
    expect(Buffer.byteLength(text)).toBeLessThan(256 * 1024 - 10_000)
  })
})

const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom('a', '\n', '\r', '\u2028', '\u202e', '\u0000', '\u001b', '\u0085', '\u200b', 'é'),
  }),
)

describe('whatever a base and those that stand on it are called', () => {
  const events = fc.constantFrom('replaced', 'unvouched', 'ended')

  it('it has the lines that we wrote and no others, none with what cannot be seen', () => {
    fc.assert(
      fc.property(events, odd, odd, fc.array(odd, { maxLength: 3 }), odd, (event, base, image, tags, tag) => {
        const material = { added: 1, removed: 0, changed: 0, listed: ['x'] }
        const told = (its: string, by: string) => ({
          count: 1,
          images: [{ image: its, tags: tags.map(() => by), wave: 1 }],
          replaced: { tag: by, behind: 1, material },
        })
        const plain = email.render(alert(event, told('a', 'b'))).text.split('\n')
        const { subject, text } = email.render(alert(event, { ...told(image, tag) }, base))
        const lines = text.split('\n')
        expect(lines.map((line) => line.slice(0, 2)).slice(1)).toEqual(plain.map((line) => line.slice(0, 2)).slice(1))
        expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/)
        for (const line of lines) {
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
          expect(Array.from(line).length).toBeLessThan(900)
        }
      }),
    )
  })
})
