import { describe, expect, it } from 'vitest'
import { Rejection } from '../../lambda/trust/rejection.ts'
import { readSays } from '../../lambda/trust/says.ts'
import { DIGEST, IMAGE, OTHER, SIGN_V1, SLSA, simpleSigning, statement } from './bundles.ts'

const IN_TOTO = 'application/vnd.in-toto+json'
const sha256 = DIGEST.slice(7)

function said(payload: unknown, payloadType = IN_TOTO) {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return readSays({ kind: 'dsse', payloadType, payload: Buffer.from(text) }, DIGEST)
}

function message(bytes: Uint8Array) {
  return readSays({ kind: 'message', bytes: Buffer.from(bytes), hash: 'sha256' }, DIGEST)
}

function faultOf(read: () => unknown): string | undefined {
  try {
    read()
  } catch (error) {
    return error instanceof Rejection ? error.fault : 'thrown'
  }
  return undefined
}

describe('a statement', () => {
  it('of type sign/v1 is a signature, with the annotations of its subject', () => {
    const annotations = { team: 'blue', count: 1, deep: { team: 'red' } }
    expect(said(statement(SIGN_V1, DIGEST, annotations))).toEqual({
      kind: 'signature',
      annotations: { team: 'blue' },
      names: [],
    })
  })

  it('takes annotations from the subject that is this image, not from its neighbour', () => {
    const subject = [
      { digest: { sha256: OTHER.slice(7) }, annotations: { team: 'red' } },
      { digest: { sha256 }, annotations: { team: 'blue' } },
    ]
    expect(said({ ...statement(), subject })).toEqual({ kind: 'signature', annotations: { team: 'blue' }, names: [] })
  })

  it.each([SLSA, 'https://spdx.dev/Document', `${SIGN_V1}/`, SIGN_V1.toUpperCase()])(
    'of type %s is an attestation',
    (type) => {
      expect(said(statement(type))).toEqual({
        kind: 'attestation',
        predicateType: type,
        names: [],
        payload: expect.any(Uint8Array),
      })
    },
  )

  it('of version 0.1 is read like version 1', () => {
    const old = { ...statement(SLSA), _type: 'https://in-toto.io/Statement/v0.1' }
    expect(said(old)).toMatchObject({ kind: 'attestation', predicateType: SLSA })
  })

  it.each([
    ['not JSON', Buffer.from('not json')],
    ['not UTF-8', Buffer.concat([Buffer.from('"'), Buffer.of(0xff), Buffer.from('"')])],
  ])('that is %s is malformed', (_, payload) => {
    expect(faultOf(() => readSays({ kind: 'dsse', payloadType: IN_TOTO, payload }, DIGEST))).toBe('malformed')
  })

  it.each<[string, unknown]>([
    ['a list', []],
    ['null', 'null'],
    ['a number', '1'],
    ['without _type', { ...statement(), _type: undefined }],
    ['of an unknown _type', { ...statement(), _type: 'https://in-toto.io/Statement/v2' }],
    ['with _type as a list', { ...statement(), _type: ['https://in-toto.io/Statement/v1'] }],
    ['without predicateType', { ...statement(), predicateType: undefined }],
    ['with an empty predicateType', statement('')],
    ['with predicateType as a list', { ...statement(), predicateType: [SIGN_V1] }],
    ['without subject', { ...statement(), subject: undefined }],
    ['with one subject instead of a list', { ...statement(), subject: { digest: { sha256 } } }],
  ])('%s is no in-toto statement', (_, payload) => {
    expect(faultOf(() => said(payload))).toBe('predicate-malformed')
  })

  it.each(['text/plain', '', `${IN_TOTO};x`, 'application/json'])(
    'under payload type "%s" is not read',
    (payloadType) => {
      expect(faultOf(() => said(statement(), payloadType))).toBe('predicate-malformed')
    },
  )

  it.each<[string, unknown]>([
    ['no subject', []],
    ['another digest', [{ digest: { sha256: OTHER.slice(7) } }]],
    ['the digest in capitals', [{ digest: { sha256: sha256.toUpperCase() } }]],
    ['the digest with its algorithm', [{ digest: { sha256: DIGEST } }]],
    ['the digest under another algorithm', [{ digest: { sha512: sha256 } }]],
    ['the digest as the name', [{ name: DIGEST, digest: {} }]],
    ['the digest in a list', [{ digest: { sha256: [sha256] } }]],
    ['a text', [DIGEST]],
    ['null', [null]],
  ])('about %s is about another image', (_, subject) => {
    expect(faultOf(() => said({ ...statement(), subject }))).toBe('subject-mismatch')
  })

  it('that is nested without end is over the limit', () => {
    const payload = Buffer.from(`{"predicate":${'['.repeat(5000)}${']'.repeat(5000)}}`)
    expect(faultOf(() => readSays({ kind: 'dsse', payloadType: IN_TOTO, payload }, DIGEST))).toBe('over-limit')
  })

  it('may name 1,024 subjects and no more', () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ digest: { sha256 } }))
    expect(said({ ...statement(), subject: many(1024) })).toMatchObject({ kind: 'signature' })
    expect(faultOf(() => said({ ...statement(), subject: many(1025) }))).toBe('over-limit')
  })

  it('a million values', () => {
    const sized = (count: number) => said({ ...statement(SLSA), predicate: Array.from({ length: count }, () => 0) })
    expect(sized(999_000)).toMatchObject({ kind: 'attestation' })
    expect(faultOf(() => sized(1_000_001))).toBe('over-limit')
  })
})

describe('signed bytes', () => {
  it('that are the manifest are a signature', () => {
    expect(message(IMAGE)).toEqual({ kind: 'signature', annotations: {}, names: [] })
  })

  it('that name the image as cosign does are a signature, with its text annotations', () => {
    expect(message(simpleSigning(DIGEST, { optional: { team: 'blue', build: 7 } }))).toEqual({
      kind: 'signature',
      annotations: { team: 'blue' },
      names: ['registry.test/app'],
    })
    expect(message(simpleSigning(DIGEST, { optional: null }))).toMatchObject({ kind: 'signature', annotations: {} })
  })

  it.each([
    ['another digest', simpleSigning(OTHER)],
    ['no digest', simpleSigning('')],
  ])('that name %s are about another image', (_, bytes) => {
    expect(faultOf(() => message(bytes))).toBe('subject-mismatch')
  })

  it.each([
    ['another type', { critical: { type: 'atomic container signature', image: { 'docker-manifest-digest': DIGEST } } }],
    ['no type', { critical: { image: { 'docker-manifest-digest': DIGEST } } }],
    ['no image', { critical: { type: 'cosign container image signature' } }],
    ['no critical part', {}],
    ['a list', []],
  ])('that have %s are no signature of an image', (_, payload) => {
    expect(faultOf(() => message(Buffer.from(JSON.stringify(payload))))).toBe('predicate-malformed')
  })

  it('that are a signed statement outside of an envelope are no signature', () => {
    expect(faultOf(() => message(Buffer.from(JSON.stringify(statement()))))).toBe('predicate-malformed')
  })
})

describe('the repository names', () => {
  const named = (subject: object[], type = SLSA) => said({ ...statement(type), subject }).names
  const digest = { sha256 }

  it.each([SIGN_V1, SLSA])('in a statement of type %s are those of subjects that are this image', (type) => {
    const other = { name: 'registry.test/other', digest: { sha256: OTHER.slice(7) } }
    const twice = { name: 'registry.test/app', digest }
    expect(named([other, twice, { digest }, twice, { name: 'mirror.test/app', digest }], type)).toEqual([
      'registry.test/app',
      'mirror.test/app',
    ])
  })

  it.each([[''], [null], [7], [['registry.test/app']], [undefined]])(
    'in a statement are none where the name is %j',
    (name) => {
      expect(named([{ name, digest }])).toEqual([])
    },
  )

  it.each<[unknown, string[]]>([
    [{ 'docker-reference': 'registry.test/app' }, ['registry.test/app']],
    [{ 'docker-reference': '' }, []],
    [{ 'docker-reference': ['registry.test/app'] }, []],
    [{}, []],
    [null, []],
    ['registry.test/app', []],
  ])('in a simple signing payload with identity %j are %j', (identity, names) => {
    const critical = { type: 'cosign container image signature', image: { 'docker-manifest-digest': DIGEST }, identity }
    expect(message(Buffer.from(JSON.stringify({ critical }))).names).toEqual(names)
  })
})
