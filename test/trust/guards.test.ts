import { describe, expect, it } from 'vitest'
import { findAccepted, findingOf } from '../../lambda/core/checks/authority.ts'
import type { ClaimContent } from '../../lambda/core/evidence.ts'
import { authenticator } from '../../lambda/trust/authenticate.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import { byWorkflow } from '../core/claims.ts'
import { ID } from '../core/records.ts'
import {
  CERTIFICATE,
  DIGEST,
  legacyClaim,
  OTHER,
  prove,
  SIGN_V1,
  SLSA,
  signEnvelope,
  signMessage,
  simpleSigning,
  statement,
} from './bundles.ts'
import { NOW, newPki, rootOf } from './pki.ts'

// Real signatures before the checks that judge what they say, as `examine` puts them together

const pki = newPki()
const stranger = newPki()
const SPDX = 'https://spdx.dev/Document'
const AUTHORITY = byWorkflow({ demand: CERTIFICATE })

function find(wanted: string, ...contents: readonly ClaimContent[]) {
  const trusted = { materials: trustMaterials({ test: rootOf(pki) }), keys: {}, now: NOW }
  const claims = contents.map((content) => ({ carrier: 'test', source: '', manifest: OTHER, layer: OTHER, content }))
  const judged = authenticator([CERTIFICATE], trusted)(claims, DIGEST)
  const kind =
    wanted === SIGN_V1 ? { kind: 'signature' as const } : { kind: 'attestation' as const, predicateType: wanted }
  return findingOf(findAccepted(AUTHORITY, kind, { ...ID, digest: DIGEST }, judged))
}

const bundled = (type: string, by = pki): ClaimContent => ({
  kind: 'bundle',
  bundle: signEnvelope(by, statement(type)).bundle,
})
const legacy = (type: string): ClaimContent => legacyClaim(signEnvelope(pki, statement(type)))
const payload = simpleSigning()
const simple = legacyClaim(signMessage(pki, payload), payload)

describe('valid-signature-wrong-predicate', () => {
  it.each([
    ['bundle', bundled],
    ['legacy layer', legacy],
  ])('an attestation of one type never stands for another, in a %s', (_, make) => {
    expect(find(SLSA, make(SPDX))).toMatchObject({ met: false, reason: 'no-matching-attestation' })
    expect(find(SPDX, make(SPDX))).toMatchObject({ met: true })
    expect(find(SPDX, make(SLSA), make(SPDX))).toMatchObject({ met: true })
  })

  it.each([
    ['bundle', bundled],
    ['legacy layer', legacy],
  ])('nor for a signature of the image, in a %s, though cosign takes it for one', (_, make) => {
    expect(find(SIGN_V1, make(SLSA))).toMatchObject({ met: false, reason: 'no-matching-signature' })
  })

  it.each([
    ['of cosign 3', bundled(SIGN_V1)],
    ['in a legacy layer', simple],
  ])('nor a signature %s for an attestation', (_, signature) => {
    expect(find(SIGN_V1, signature)).toMatchObject({ met: true })
    expect(find(SLSA, signature)).toMatchObject({ met: false, reason: 'no-matching-attestation' })
  })

  it('what annotations or descriptors say of its type counts for nothing: only what is signed does', () => {
    const lying = { ...statement(SPDX), annotations: { predicateType: SLSA } }
    const { bundle } = signEnvelope(pki, lying)
    expect(find(SLSA, { kind: 'bundle', bundle })).toMatchObject({ met: false, reason: 'no-matching-attestation' })
  })
})

describe('valid-signature-wrong-subject-name', () => {
  const digest = { sha256: DIGEST.slice(7) }

  it('a signature for another repository keeps the name that was signed, for the check that asks for it', () => {
    const copied = { ...statement(SLSA), subject: [{ name: 'registry.test/other', digest }] }
    const claims = [
      { kind: 'bundle' as const, bundle: signEnvelope(pki, copied).bundle },
      legacyClaim(signEnvelope(pki, copied)),
    ]
    for (const claim of claims) expect(prove(pki, claim)).toMatchObject({ says: { names: ['registry.test/other'] } })
    expect(prove(pki, simple)).toMatchObject({ says: { names: ['registry.test/app'] } })
  })

  it('the right name with another digest is another image', () => {
    const subject = [{ name: 'registry.test/app', digest: { sha256: OTHER.slice(7) } }]
    const { bundle } = signEnvelope(pki, { ...statement(), subject })
    expect(prove(pki, bundle)).toMatchObject({ ok: false, fault: 'subject-mismatch' })
  })
})

describe('any-of', () => {
  it('a foreign or broken signature never hides a good one, before it or after', () => {
    const junk: ClaimContent[] = [
      bundled(SIGN_V1, stranger),
      { kind: 'bundle', bundle: {} },
      legacyClaim(signMessage(pki, simpleSigning(OTHER)), simpleSigning(OTHER)),
    ]
    for (const good of [bundled(SIGN_V1), simple]) {
      expect(find(SIGN_V1, ...junk, good)).toMatchObject({ met: true })
      expect(find(SIGN_V1, good, ...junk)).toMatchObject({ met: true })
    }
    expect(find(SIGN_V1, ...junk)).toMatchObject({ met: false })
  })
})
