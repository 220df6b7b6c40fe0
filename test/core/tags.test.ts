import { describe, expect, it } from 'vitest'
import { isTag } from '../../lambda/core/image.ts'
import { isQuarantineTagOf, quarantineTag, signatureSubject } from '../../lambda/core/tags.ts'
import { digest } from './records.ts'

const DIGEST = digest(7)
const HEX = DIGEST.slice('sha256:'.length)

describe('quarantine tag', () => {
  it('is a tag, named for its image, and no signature tag', () => {
    expect(quarantineTag(DIGEST)).toBe(`quarantined.sha256-${HEX}`)
    expect(isTag(quarantineTag(DIGEST))).toBe(true)
    expect(signatureSubject(quarantineTag(DIGEST))).toBeUndefined()
  })

  it.each([
    [quarantineTag(DIGEST), true],
    [quarantineTag(digest(8)), false],
    [`quarantined.sha256-${HEX}0`, false],
    [`x${quarantineTag(DIGEST)}`, false],
    [`quarantined_sha256-${HEX}`, false],
    [`sha256-${HEX}`, false],
    ['quarantined.', false],
  ])('%s is that of its image: %s', (tag, answer) => {
    expect(isQuarantineTagOf(tag, DIGEST)).toBe(answer)
  })
})

describe('signature tag', () => {
  it.each([
    [`sha256-${HEX}.sig`, DIGEST],
    [`sha256-${HEX}.att`, DIGEST],
    [`sha256-${HEX}.sbom`, DIGEST],
    [`sha256-${HEX}`, DIGEST],
    [`sha256-${HEX}.sig.sig`, undefined],
    [`sha256-${HEX}.SIG`, undefined],
    [`sha256-${HEX.slice(1)}.sig`, undefined],
    [`sha256-${HEX}0.sig`, undefined],
    [`sha256-${'A'.repeat(64)}.sig`, undefined],
    [`v1-sha256-${HEX}.sig`, undefined],
    [`sha512-${HEX}.sig`, undefined],
    [`sha256-${HEX}.sig\n`, undefined],
    ['latest', undefined],
  ])('%j speaks of %s', (tag, subject) => {
    expect(signatureSubject(tag)).toBe(subject)
  })
})
