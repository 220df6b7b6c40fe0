import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseChallenges } from '../../lambda/registry/challenge.ts'

const bearer = (params: Record<string, string>) => ({ scheme: 'bearer', params })

describe('parseChallenges', () => {
  it.each([
    ['Basic realm="x"', [{ scheme: 'basic', params: { realm: 'x' } }]],
    ['Bearer', [bearer({})]],
    [
      'Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull,push"',
      [bearer({ realm: 'https://auth.example/token', service: 'registry', scope: 'repository:a/b:pull,push' })],
    ],
    ['BEARER Realm = "r" , SERVICE=plain', [bearer({ realm: 'r', service: 'plain' })]],
    ['Bearer realm="a \\"quoted\\" \\\\ one"', [bearer({ realm: 'a "quoted" \\ one' })]],
    ['Basic realm="x", Bearer realm="y"', [{ scheme: 'basic', params: { realm: 'x' } }, bearer({ realm: 'y' })]],
    ['Bearer realm="first", realm="last"', [bearer({ realm: 'last' })]],
    ['Bearer __proto__="x"', [bearer(JSON.parse('{"__proto__":"x"}'))]],
    ['Bearer realm="never closed', [bearer({})]],
    ['', []],
    ['=;"', []],
  ])('%s', (header, expected) => expect(parseChallenges(header)).toEqual(expected))

  it('reads nothing of an overlong header', () => {
    expect(parseChallenges(`Bearer realm="${'x'.repeat(9_000)}"`)).toEqual([])
  })

  it('stops after eight offers', () => {
    expect(parseChallenges(Array(100).fill('Basic realm="x"').join(', '))).toHaveLength(8)
  })

  it('reads back whatever was quoted', () => {
    const value = fc.string({ maxLength: 100 }).filter((text) => !/[\r\n]/.test(text))
    fc.assert(
      fc.property(value, value, (realm, service) => {
        const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
        const header = `Bearer realm=${quote(realm)},service=${quote(service)}`
        expect(parseChallenges(header)).toEqual([bearer({ realm, service })])
      }),
    )
  })

  it('makes at most eight offers with lower-case names of any text', () => {
    const pieces = fc.constantFrom('Bearer', 'Basic', ' ', ',', '=', '"', '\\', 'realm', 'x', '\u00e9', '\t')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (header) => {
        const challenges = parseChallenges(header.join(''))
        expect(challenges.length).toBeLessThanOrEqual(8)
        for (const { scheme, params } of challenges) {
          for (const name of [scheme, ...Object.keys(params)]) expect(name).toMatch(/^[a-z0-9_-]+$/)
        }
      }),
    )
  })
})
