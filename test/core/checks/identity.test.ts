import { describe, expect, it } from 'vitest'
import { describeMismatch, matchesIdentity } from '../../../lambda/core/checks/identity.ts'
import type { Identity, TextMatch } from '../../../lambda/core/policy/policy.ts'
import { ISSUER, SUBJECT, WORKFLOW } from '../claims.ts'

const MAIL = 'admin@example.com'

function quoted(text: string): string {
  return text.replace(/[.+?()[\]{}|^$*\\]/g, '\\$&')
}

/** The three ways a policy can name exactly this text. */
const forms = (text: string): readonly TextMatch[] => [
  { exact: text },
  { pattern: quoted(text), full: true },
  { pattern: `^${quoted(text)}$`, full: false },
]

const subjectLookalikes: readonly string[] = [
  `${SUBJECT}-evil`,
  `${SUBJECT}/`,
  `${SUBJECT} `,
  `${SUBJECT}\n`,
  `${SUBJECT}\r\n`,
  `${SUBJECT}\0`,
  `${SUBJECT}\nx`,
  `x\n${SUBJECT}`,
  `\n${SUBJECT}`,
  ` ${SUBJECT}`,
  `x${SUBJECT}`,
  `${SUBJECT}${SUBJECT}`,
  `${SUBJECT}\u200b`,
  `\ufeff${SUBJECT}`,
  `\u202e${SUBJECT}`,
  '',
  SUBJECT.slice(1),
  SUBJECT.slice(0, -1),
  SUBJECT.toUpperCase(),
  SUBJECT.replace('https', 'http'),
  SUBJECT.replace('https', 'HTTPS'),
  SUBJECT.replace('acme', 'Acme'),
  SUBJECT.replace('acme', 'acme-evil'),
  SUBJECT.replace('acme', 'evil/acme'),
  SUBJECT.replace('acme', 'аcme'), // Cyrillic a
  SUBJECT.replace('acme', 'ａcme'), // full-width a
  SUBJECT.replace('acme', 'acme\u0301'),
  SUBJECT.replace('github.com', 'githubXcom'),
  SUBJECT.replace('github.com', 'github.com.evil.org'),
  SUBJECT.replace('github.com', 'evil.org/github.com'),
  SUBJECT.replace('github.com', 'github.com:443'),
  SUBJECT.replace('github.com', 'user@github.com'),
  SUBJECT.replace('github.com', 'github。com'),
  SUBJECT.replace('/acme/', '%2Facme%2F'),
  SUBJECT.replace('/acme/', '//acme/'),
  SUBJECT.replace('/acme/', '/./acme/'),
  SUBJECT.replace('.github', 'xgithub'),
  SUBJECT.replace('release.yml', 'releaseXyml'),
  SUBJECT.replace('release.yml', 'release.yaml'),
  SUBJECT.replace('release.yml', 'release%2Eyml'),
  SUBJECT.replace('main', 'main2'),
  SUBJECT.replace('main', 'ma\u0456n'), // Cyrillic i
  SUBJECT.replace('@refs/heads/', '@refs/tags/'),
  SUBJECT.replace('@', '%40'),
]

const mailLookalikes: readonly string[] = [
  'admin@example.com.evil.org',
  'xadmin@example.com',
  'admin@exampleXcom',
  'ADMIN@example.com',
  'admin@example.com\n',
  'admin+x@example.com',
  '<admin@example.com>',
  'admin@еxample.com', // Cyrillic e
]

const issuerLookalikes: readonly string[] = [
  `${ISSUER}/`,
  `${ISSUER}.evil.org`,
  `${ISSUER}\n`,
  ISSUER.replace('https', 'http'),
  ISSUER.replace('actions.', 'actionsX'),
  ISSUER.replace('githubusercontent', 'githubusercontеnt'), // Cyrillic e
  ISSUER.replace('//', '//evil@'),
  '',
]

describe('look-alike identities', () => {
  it('are more than forty, all different from the identity itself', () => {
    expect(new Set(subjectLookalikes).size).toBeGreaterThanOrEqual(40)
    expect([...subjectLookalikes, ...mailLookalikes, ...issuerLookalikes]).not.toContain(SUBJECT)
  })

  it.each([
    ['subject', SUBJECT, subjectLookalikes],
    ['e-mail', MAIL, mailLookalikes],
  ])('of a %s: none is accepted, in whatever way it is asked for', (_, wanted, lookalikes) => {
    const accepted = forms(wanted).flatMap((subject) =>
      lookalikes.filter((seen) =>
        matchesIdentity([{ issuer: { exact: ISSUER }, subject, claims: {} }], { ...WORKFLOW, subject: seen }),
      ),
    )
    expect(accepted).toEqual([])
  })

  it('of an issuer: none is accepted, in whatever way it is asked for', () => {
    const accepted = forms(ISSUER).flatMap((issuer) =>
      issuerLookalikes.filter((seen) =>
        matchesIdentity([{ issuer, subject: { exact: SUBJECT }, claims: {} }], { ...WORKFLOW, issuer: seen }),
      ),
    )
    expect(accepted).toEqual([])
  })

  it('the identity itself is accepted in every one of these ways', () => {
    for (const issuer of forms(ISSUER)) {
      for (const subject of forms(SUBJECT))
        expect(matchesIdentity([{ issuer, subject, claims: {} }], WORKFLOW)).toBe(true)
    }
  })
})

const any: TextMatch = { pattern: '.*', full: true }

describe('identities asked for', () => {
  it.each<readonly [string, readonly Identity[], boolean]>([
    ['none', [], false],
    [
      'the second of two',
      [
        { issuer: any, subject: { exact: 'x' }, claims: {} },
        { issuer: any, subject: { exact: SUBJECT }, claims: {} },
      ],
      true,
    ],
    [
      'issuer of one and subject of another',
      [
        { issuer: { exact: ISSUER }, subject: { exact: 'x' }, claims: {} },
        { issuer: { exact: 'x' }, subject: { exact: SUBJECT }, claims: {} },
      ],
      false,
    ],
    ['an empty text', [{ issuer: { exact: '' }, subject: { exact: '' }, claims: {} }], false],
    ['an alternative in full', [{ issuer: any, subject: { pattern: 'x|https://.*', full: true }, claims: {} }], true],
    [
      'an alternative that holds a part',
      [{ issuer: any, subject: { pattern: 'x|https', full: true }, claims: {} }],
      false,
    ],
    // ClusterImagePolicy: upstream leaves patterns unanchored
    ['a part, unanchored', [{ issuer: any, subject: { pattern: 'acme/app', full: false }, claims: {} }], true],
  ])('%s', (_, identities, accepted) => {
    expect(matchesIdentity(identities, WORKFLOW)).toBe(accepted)
  })

  it('takes no time over a pattern made to backtrack', () => {
    const subject = { pattern: '(a+)+$', full: true }
    expect(
      matchesIdentity([{ issuer: any, subject, claims: {} }], { ...WORKFLOW, subject: `${'a'.repeat(20_000)}!` }),
    ).toBe(false)
  })
})

describe('claims asked for', () => {
  const REPOSITORY = 'https://github.com/acme/app'
  const signer = { ...WORKFLOW, claims: { sourceRepositoryURI: REPOSITORY, buildTrigger: 'push' } }
  const asking = (claims: Identity['claims'], subject = SUBJECT): Identity => ({
    issuer: { exact: ISSUER },
    subject: { exact: subject },
    claims,
  })
  const repository = { sourceRepositoryURI: { exact: REPOSITORY } }

  it.each<readonly [string, Identity['claims'], boolean]>([
    ['none', {}, true],
    ['one that is there', repository, true],
    ['two that are there', { ...repository, buildTrigger: { pattern: 'push|release', full: true } }, true],
    ['one of two with another value', { ...repository, buildTrigger: { exact: 'schedule' } }, false],
    ['one that is longer', { sourceRepositoryURI: { exact: `${REPOSITORY}-evil` } }, false],
    ['a pattern that meets a part', { buildTrigger: { pattern: 'pus', full: true } }, false],
    ['one that is not made', { ...repository, runnerEnvironment: { exact: 'github-hosted' } }, false],
    ['one that is not made, whatever it says', { runnerEnvironment: any }, false],
    ['one that every object has', { constructor: any }, false],
  ])('%s', (_, claims, accepted) => {
    expect(matchesIdentity([asking(claims)], signer)).toBe(accepted)
    expect(describeMismatch([asking(claims)], signer) === '').toBe(accepted)
  })

  it('are not borrowed from another identity', () => {
    expect(matchesIdentity([asking({ buildTrigger: { exact: 'x' } }), asking(repository, 'other')], signer)).toBe(false)
  })

  const otherIssuer = { ...asking({}), issuer: { exact: 'i' } }
  it.each<readonly [string, readonly Identity[], string]>([
    ['the issuer', [otherIssuer], `issuer is ${ISSUER}, wanted is i`],
    ['the subject', [asking({}, 's')], `subject is ${SUBJECT}, wanted is s`],
    ['a claim', [asking({ buildTrigger: { exact: 'x' } })], 'claim buildTrigger is push, wanted is x'],
    ['a claim that is not made', [asking({ buildConfigURI: any })], 'claim buildConfigURI is missing, wanted is /.*/'],
    [
      'issuer and subject',
      [{ ...otherIssuer, subject: { exact: 's' } }],
      `issuer is ${ISSUER}, wanted is i; subject is ${SUBJECT}, wanted is s`,
    ],
    [
      'two claims rather than a subject, and that rather than an issuer',
      [otherIssuer, asking({}, 's'), asking({ buildTrigger: { exact: 'x' }, buildConfigURI: { exact: 'y' } })],
      'claim buildTrigger is push, wanted is x; claim buildConfigURI is missing, wanted is y',
    ],
    ['nothing where one matches', [otherIssuer, asking(repository)], ''],
  ])('of the nearest identity it is told what differs: %s', (_, identities, text) => {
    expect(describeMismatch(identities, signer)).toBe(text)
  })
})
