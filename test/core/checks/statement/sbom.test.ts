import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeSbom } from '../../../../lambda/core/checks/statement/sbom.ts'
import { sbomRule } from '../../../../lambda/core/policy/schema-sbom-rule.ts'
import { PREDICATE_TYPES } from '../../../../lambda/core/predicate-types.ts'
import { ruleOf, statementOf, told } from './statements.ts'

type Component = { name: string; group?: string; version?: string; purl?: string; type?: string }

const sbomOf = (components: readonly Component[], image?: Component) =>
  statementOf('https://cyclonedx.org/bom', {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    components,
    ...(image && { metadata: { component: image } }),
  })
const judge = (rule: object, ...components: Component[]) => told(judgeSbom(ruleOf(sbomRule, rule), sbomOf(components)))
const denied = (entry: string, one: Component) => judge({ packages: { denied: [entry] } }, one) !== 'yes'
const allowed = (entry: string, one: Component) => judge({ packages: { allowed: [entry] } }, one) === 'yes'

const LOG4J = { name: 'log4j-core', version: '2.14.1', purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1' }
const ORG = 'org.apache.logging.log4j'
const NPM = { name: '@acme/left-pad', version: '1.3.0', purl: 'pkg:npm/%40acme/left-pad@1.3.0' }

describe('denied', () => {
  test.each([
    ['log4j-core', LOG4J, true],
    ['log4j', LOG4J, false],
    ['log4j-*', LOG4J, true],
    ['**', LOG4J, true],
    [`${ORG}:log4j-core`, LOG4J, true],
    [`${ORG}/log4j-core`, LOG4J, true],
    ['org.apache.logging/log4j-core', LOG4J, false],
    ['log4j-core', { name: `${ORG}:log4j-core` }, true],
    ['log4j-core', { name: 'log4j-core', group: ORG }, true],
    [`${ORG}:log4j-core`, { name: 'log4j-core', group: ORG }, true],
    ['log4j-core', { name: 'other', purl: LOG4J.purl }, true],
    ['Log4J_Core', LOG4J, true],
    ['left-pad', NPM, true],
    ['@acme/left-pad', NPM, true],
    ['@other/left-pad', NPM, false],
    ['evil', { name: 'x\nevil' }, false],
    ['**evil**', { name: 'x\nevil\n' }, true],
    ['evil', { name: ' evil ' }, true],
    ['/bin/evil', { type: 'file', name: '/bin/evil' }, true],
    ['pkg:npm/%40acme/left-pad', NPM, true],
    ['pkg:npm/@acme/left-pad', NPM, true],
    ['pkg:npm/*/left-pad', NPM, true],
    ['pkg:npm/*', NPM, false],
    ['pkg:npm/**', NPM, true],
    ['pkg:pypi/**', NPM, false],
    ['pkg:npm/left-pad', NPM, false],
    ['pkg:pypi/zope.interface', { name: 'z', purl: 'pkg:pypi/zope-interface@5?x=y#z' }, true],
    ['pkg:npm/left-pad', { name: 'left-pad' }, false],
    ['log4j-core@<2.17.1', LOG4J, true],
    ['log4j-core@<2.14.1', LOG4J, false],
    ['log4j-core@<=2.14.1', LOG4J, true],
    ['log4j-core@>2.14.1', LOG4J, false],
    ['log4j-core@>=2.0, <2.17.1', LOG4J, true],
    ['log4j-core@>=2.15,<2.17.1', LOG4J, false],
    ['log4j-core@2.14.1', LOG4J, true],
    ['log4j-core@2.14.2', LOG4J, false],
    ['log4j-core@<2.17.1', { name: 'log4j-core' }, true],
    ['log4j-core@<2.17.1', { ...LOG4J, version: '2.17.1-r0' }, true],
    ['log4j-core@<2.17.1', { name: 'log4j-core', version: '2.17.1-r0' }, true],
    ['log4j-core@<=2.17.0', { name: 'log4j-core', version: '2.17.1-r0' }, false],
    ['log4j-core@<2.17.1', { name: 'log4j-core', version: '(devel)' }, true],
    ['log4j-core@<2.17.1', { ...LOG4J, version: '2.20.0' }, true],
    ['log4j-core@<2.17.1', { name: 'log4j-core', version: '2.20.0' }, false],
    ['pkg:npm/%40acme/left-pad@1.3.0', NPM, true],
    ['pkg:npm/%40acme/left-pad@1.3.1', NPM, false],
  ])('%s, seen %j: %s', (entry, one, expected) => {
    expect(denied(entry, one)).toBe(expected)
  })

  test('says which, and by which entry', () => {
    expect(judge({ packages: { denied: ['left-pad', 'log4j-core@<2.17.1'] } }, LOG4J)).toBe(
      `it has pkg:maven/${ORG}/log4j-core 2.14.1, which "log4j-core@<2.17.1" denies`,
    )
    expect(judge({ packages: { denied: ['a@<1'] } }, { name: 'a' })).toBe(
      'it has a without a version, which "a@<1" denies',
    )
  })

  test('what the SBOM says it is about is no hiding place', () => {
    const rule = ruleOf(sbomRule, { packages: { denied: ['evil'] } })
    expect(judgeSbom(rule, sbomOf([{ name: 'a' }], { name: 'evil' })).met).toBe(false)
  })
})

describe('allowed', () => {
  test.each([
    ['pkg:apk/wolfi/**', { name: 'a', purl: 'pkg:apk/wolfi/a@1?arch=x86_64' }, true],
    ['pkg:apk/wolfi/*', { name: 'a', purl: 'pkg:apk/wolfi/a' }, true],
    ['pkg:apk/wolfi/**', { name: 'a', purl: 'pkg:apk/alpine/a' }, false],
    ['pkg:apk/wolfi/**', { name: 'pkg:apk/wolfi/a' }, false],
    ['pkg:apk/wolfi/*', { name: 'a', purl: 'pkg:apk/wolfi/a%2Fb' }, false],
    ['pkg:npm/left-pad', NPM, false],
    ['pkg:npm/@acme/left-pad', NPM, true],
    ['pkg:npm/@acme/Left-Pad', NPM, false],
    ['pkg:pypi/zope.interface', { name: 'z', purl: 'pkg:pypi/zope-interface' }, false],
    ['left-pad', NPM, false],
    ['@acme/left-pad', NPM, true],
    ['*', NPM, undefined],
    ['@acme/*', NPM, true],
    ['lib', { name: 'lib', group: 'org' }, false],
    ['org/lib', { name: 'lib', group: 'org' }, true],
    ['alpine', { name: 'alpine', type: 'operating-system' }, true],
    ['pkg:npm/@acme/left-pad@1.3.0', NPM, true],
    ['pkg:npm/@acme/left-pad@1.3.1', NPM, false],
    ['pkg:npm/@acme/left-pad@>=1.3', NPM, false],
    ['pkg:npm/@acme/left-pad@>=1.2', NPM, true],
    ['@acme/left-pad@>=1.2', { name: NPM.name, version: '1.3.0-beta' }, true],
    ['@acme/left-pad@>=1.2,<1.2.5', NPM, false],
    ['@acme/left-pad@>=1.2,<2', NPM, true],
    ['@acme/left-pad@>=1.2', { name: NPM.name }, false],
    ['@acme/left-pad@>=1.2', { ...NPM, version: '0.1' }, false],
  ])('%s, seen %j: %s', (entry, one, expected) => {
    if (expected === undefined) expect(() => allowed(entry, one)).toThrow()
    else expect(allowed(entry, one)).toBe(expected)
  })

  test('all package URLs of a package, each by some entry', () => {
    const references = ['pkg:deb/debian/a', 'pkg:deb/ubuntu/a'].map((referenceLocator) => ({
      referenceType: 'purl',
      referenceLocator,
    }))
    const statement = statementOf('https://spdx.dev/Document', {
      spdxVersion: 'SPDX-2.3',
      packages: [{ name: 'a', externalRefs: references }],
    })
    const told = (...entries: string[]) =>
      judgeSbom(ruleOf(sbomRule, { packages: { allowed: entries } }), statement).met
    expect(told('pkg:deb/debian/*')).toBe(false)
    expect(told('pkg:deb/debian/*', 'pkg:deb/ubuntu/*')).toBe(true)
    expect(told('pkg:deb/**')).toBe(true)
  })

  test('one entry of several is enough, each by its own version', () => {
    const entries = ['a@1', 'b', 'a@2', 'pkg:npm/a@3']
    const told = (one: Component) => judge({ packages: { allowed: entries } }, one) === 'yes'
    expect([{ name: 'a', version: '2' }, { name: 'b' }, { name: 'x', purl: 'pkg:npm/a@3' }].map(told)).toEqual([
      true,
      true,
      true,
    ])
    expect(
      [
        { name: 'a', version: '3' },
        { name: 'x', purl: 'pkg:npm/a@1' },
      ].map(told),
    ).toEqual([false, false])
  })

  test('names those that are not, a few of them', () => {
    const others = ['b', 'c', 'd', 'e'].map((name) => ({ name, version: '1' }))
    expect(judge({ packages: { allowed: ['a'] } }, { name: 'a' }, ...others)).toBe(
      'not among the allowed packages: b 1, c 1, d 1 and 1 more',
    )
  })
})

describe('format and count', () => {
  test.each([
    [{}, 'yes'],
    [{ formats: ['cyclonedx'] }, 'yes'],
    [{ formats: ['cyclonedx-1.6'] }, 'yes'],
    [{ formats: ['spdx', 'cyclonedx-1.6'] }, 'yes'],
    [{ formats: ['cyclonedx-1.5'] }, 'the SBOM is cyclonedx-1.6, asked for is cyclonedx-1.5'],
    [{ formats: ['spdx'] }, 'the SBOM is cyclonedx-1.6, asked for is spdx-2.2 or spdx-2.3'],
    [{ packages: { max: 2 } }, 'yes'],
    [{ packages: { max: 1 } }, 'the SBOM lists 2 packages, at most 1 are allowed'],
    [{ packages: { min: 2 } }, 'yes'],
    [{ packages: { min: 3 } }, 'the SBOM lists 2 packages, asked for are 3 or more'],
  ])('%j: %s', (rule, expected) => {
    expect(judge(rule, { name: 'a' }, { name: 'b' })).toBe(expected)
  })

  test('an SBOM that lists nothing says nothing, unless that is asked for', () => {
    expect(judge({})).toBe('the SBOM lists 0 packages, asked for are 1 or more')
    expect(judge({ packages: { min: 0, denied: ['a'] } })).toBe('yes')
    const image = { name: 'app', purl: 'pkg:oci/app' }
    expect(judgeSbom(ruleOf(sbomRule, {}), sbomOf([], image)).met).toBe(false)
  })
})

describe('laws', () => {
  const name = fc.constantFrom('a', 'b', '@s/a', 'log4j-core', 'x.y')
  const version = fc.constantFrom('1.0', '2.0', '2.0-r1', 'devel')
  const component = fc.record({ name, version, purl: name.map((one) => `pkg:npm/${one}`) }, { requiredKeys: ['name'] })
  const entry = fc
    .tuple(fc.constantFrom('', 'pkg:npm/'), name, fc.constantFrom('', '@1.0', '@<2.0', '@>=2.0'))
    .map((parts) => parts.join(''))
  const rule = fc.record(
    {
      denied: fc.array(entry, { minLength: 1, maxLength: 3 }),
      allowed: fc.array(entry, { minLength: 1, maxLength: 5 }),
      max: fc.integer({ min: 1, max: 5 }),
    },
    { requiredKeys: [] },
  )
  const holds = (packages: object, components: readonly Component[]) =>
    judgeSbom(ruleOf(sbomRule, { packages }), sbomOf(components)).met

  test('one package or one denied entry more makes no yes; what is denied is never allowed', () => {
    fc.assert(
      fc.property(
        rule,
        entry,
        fc.array(component, { minLength: 1, maxLength: 4 }),
        component,
        (packages, other, components, one) => {
          const before = holds(packages, components)
          if (!before) expect(holds(packages, [...components, one])).toBe(false)
          const more = { ...packages, denied: [...(packages.denied ?? []), other] }
          if (!before) expect(holds(more, components)).toBe(false)
          if (!holds({ denied: [other] }, [one])) expect(holds(more, [...components, one])).toBe(false)
          // Whatever is surely meant is meant at all
          if (holds({ allowed: [other] }, [one])) expect(holds({ denied: [other] }, [one])).toBe(false)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('any JSON is answered', () => {
    const keys = [
      'spdxVersion',
      'packages',
      'name',
      'components',
      'metadata',
      'component',
      'purl',
      'Data',
      'toString',
      '__proto__',
    ]
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom('SPDX-2.3', 'CycloneDX', '1.6'),
        fc.jsonValue(),
        tie('object'),
        fc.array(tie('value')),
      ),
      object: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 6 }),
    }))
    fc.assert(
      fc.property(fc.constantFrom(...PREDICATE_TYPES.sbom), value, fc.boolean(), (predicateType, inner, spdx) => {
        const known = spdx ? { spdxVersion: 'SPDX-2.3' } : { bomFormat: 'CycloneDX', specVersion: '1.6' }
        const predicate = typeof inner === 'object' && inner !== null ? { ...inner, ...known } : inner
        const finding = judgeSbom(ruleOf(sbomRule, { packages: { denied: ['a'] } }), { predicateType, predicate })
        if (!finding.met) expect(finding.detail.length).toBeLessThanOrEqual(501)
      }),
    )
  })
})

test('50,000 packages under the longest lists', () => {
  const components = Array.from({ length: 50_000 }, (_, index) => ({
    name: `lib${index}`,
    version: `1.${index}`,
    purl: `pkg:deb/debian/lib${index}@1.${index}?arch=amd64`,
  }))
  const rule = {
    packages: {
      denied: Array.from({ length: 100 }, (_, index) => `pkg:deb/*/lib${index}-*@<2`),
      allowed: Array.from({ length: 99 }, (_, index) => `pkg:deb/debian/lib${index}*`).concat('pkg:deb/debian/*@>=1'),
    },
  }
  expect(judge(rule, ...components.slice(0, 10))).toBe('yes')
  expect(judge(rule, ...components)).toBe('yes')
})
