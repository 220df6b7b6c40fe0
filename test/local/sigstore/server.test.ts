import type { SerializedBundle } from '@sigstore/bundle'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signStatement } from '../../../local/signing/bundle.ts'
import { keyless } from '../../../local/signing/keyless.ts'
import { signatureStatement } from '../../../local/signing/statement.ts'
import { type PrivateSigstore, startSigstore } from '../../../local/sigstore/server.ts'
import { WITNESSED, type Witnessed } from '../../../local/sigstore/signing-config.ts'
import { emailClaims, githubClaims } from '../../../local/sigstore/token.ts'
import { throughJson, verifyBundle } from './verify-bundle.ts'

const CLAIMS = githubClaims({ repository: 'acme/app', workflow: 'release.yml' })
const WORKFLOW = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main'
const DIGEST = `sha256:${'ab'.repeat(32)}` as const
const THRESHOLDS = {
  rekor1: {},
  'rekor1-tsa': { timestampThreshold: 2 },
  rekor2: {},
  'tsa-only': { tlogThreshold: 0 },
} satisfies Record<Witnessed, object>

let clock: Date
const now = () => clock

async function sign(sigstore: PrivateSigstore, witnessed: Witnessed, claims = CLAIMS): Promise<SerializedBundle> {
  const bundle = await signStatement(signatureStatement(DIGEST), keyless(claims, { url: sigstore.url, witnessed }))
  return throughJson(bundle)
}

describe('a private Sigstore', () => {
  let sigstore: PrivateSigstore
  let stranger: PrivateSigstore
  beforeEach(() => {
    clock = new Date('2026-03-01T12:00:00.700Z')
  })
  beforeAll(async () => {
    clock = new Date('2026-03-01T12:00:00.700Z')
    sigstore = await startSigstore({ port: 0, now })
    stranger = await startSigstore({ port: 0, now })
  })
  afterAll(async () => {
    await Promise.all([sigstore.close(), stranger.close()])
  })

  describe.each(WITNESSED)('witnessing by %s', (witnessed) => {
    it('makes bundles the stock verifier accepts, for the identity of the token', async () => {
      const signer = verifyBundle(sigstore.trustedRoot, await sign(sigstore, witnessed), THRESHOLDS[witnessed])
      expect(signer.identity).toMatchObject({
        subjectAlternativeName: WORKFLOW,
        extensions: { issuer: 'https://token.actions.githubusercontent.com' },
      })
    })

    it('makes nothing that another instance vouches for', async () => {
      const bundle = await sign(sigstore, witnessed)
      expect(() => verifyBundle(stranger.trustedRoot, bundle, THRESHOLDS[witnessed])).toThrow()
    })

    it('makes bundles that do not survive a change of the payload', async () => {
      const bundle = await sign(sigstore, witnessed)
      const payload = Buffer.from(JSON.stringify(signatureStatement(`sha256:${'cd'.repeat(32)}`))).toString('base64')
      const changed = { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload } }
      expect(() => verifyBundle(sigstore.trustedRoot, changed, THRESHOLDS[witnessed])).toThrow()
    })
  })

  it('names people by e-mail', async () => {
    const bundle = await sign(sigstore, 'rekor1', emailClaims('alice@example.com', 'https://accounts.example.com'))
    const { identity } = verifyBundle(sigstore.trustedRoot, bundle)
    expect(identity?.subjectAlternativeName).toBe('alice@example.com')
  })

  it.each(['2025-06-01T12:00:00.700Z', '2027-06-01T12:00:00.700Z'])(
    'signs at %s when the clock says so',
    async (at) => {
      clock = new Date(at)
      const bundle = await sign(sigstore, 'rekor1-tsa')
      const integratedTime = bundle.verificationMaterial.tlogEntries[0]?.integratedTime
      expect(integratedTime).toBe(`${Math.floor(Date.parse(at) / 1000)}`)
      expect(() => verifyBundle(sigstore.trustedRoot, bundle, THRESHOLDS['rekor1-tsa'])).not.toThrow()
    },
  )

  it.each([
    ['POST', '/api/v2/signingCert', 400],
    ['POST', '/api/v1/log/entries', 400],
    ['POST', '/r2/api/v2/log/entries', 400],
    ['POST', '/api/v1/timestamp', 400],
    ['GET', '/api/v1/log/entries/00', 404],
    ['GET', '/api/v1/log/entries?logIndex=9999', 404],
    ['DELETE', '/api/v1/log', 404],
  ])('answers %s %s without sense with %d', async (method, path, status) => {
    const body = method === 'POST' ? '{"kind":"nonsense"}' : undefined
    const response = await fetch(sigstore.url + path, { method, ...(body && { body }) })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code: status })
  })
})
