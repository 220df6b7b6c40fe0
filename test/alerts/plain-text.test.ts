import { describe, expect, it } from 'vitest'
import { plainText } from '../../lambda/alerts/plain-text.ts'

describe('text from outside', () => {
  it.each([
    ['prod/app:v1', 'prod/app:v1'],
    ['grün, 緑', 'grün, 緑'],
    ['', ''],
    ['a\nb', 'a?b'],
    ['a\r\nb', 'a??b'],
    ['a\tb', 'a?b'],
    ['\u0000\u001b[2J', '??[2J'],
    ['a\u0085b\u009fc', 'a?b?c'],
    ['a\u2028b\u2029c', 'a?b?c'],
    ['\u202egpj.exe', '?gpj.exe'],
    ['\u2066a\u2069', '?a?'],
    ['a\u200bb\u200dc\ufeffd', 'a?b?c?d'],
    ['\u200e\u200f', '??'],
    ['x'.repeat(200), 'x'.repeat(200)],
    ['x'.repeat(201), `${'x'.repeat(199)}…`],
  ])('%j is told as %j', (text, told) => {
    expect(plainText(text)).toBe(told)
  })

  it.each([
    ['Arabic letter mark', '\u061c'],
    ['soft hyphen', '\u00ad'],
    ['Mongolian vowel separator', '\u180e'],
    ['interlinear annotation', '\ufff9'],
    ['tag characters', '\u{e0041}'],
    ['Hangul filler', '\u3164'],
    ['Hangul choseong filler', '\u115f'],
    ['Hangul jungseong filler', '\u1160'],
    ['halfwidth Hangul filler', '\uffa0'],
    ['half a character', '\ud800'],
    ['private use', '\ue000'],
  ])('loses what cannot be seen: %s', (_, hidden) => {
    expect(plainText(`a${hidden}b`)).toBe('a?b')
  })

  it('is counted and cut by whole characters', () => {
    expect(plainText('😀'.repeat(200))).toBe('😀'.repeat(200))
    expect(plainText('😀'.repeat(201))).toBe(`${'😀'.repeat(199)}…`)
  })
})
