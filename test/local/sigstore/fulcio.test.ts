import { generateKeyPairSync, X509Certificate as NodeCertificate } from 'node:crypto'
import { X509Certificate } from '@sigstore/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { openAuthority } from '../../../local/sigstore/authority.ts'
import { signingCertificate } from '../../../local/sigstore/fulcio.ts'
import { type Claims, emailClaims, githubClaims, identityToken } from '../../../local/sigstore/token.ts'

const NOW = new Date('2026-03-01T12:00:00.500Z')
const FULCIO = '1.3.6.1.4.1.57264.1'
const WORKFLOW = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1'
const SHA = 'a'.repeat(40)

const authority = openAuthority(undefined, NOW)
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()

function chainFor(claims: Claims): string[] {
  const request = {
    credentials: { oidcIdentityToken: identityToken(claims) },
    publicKeyRequest: { publicKey: { content: pem } },
  }
  return signingCertificate(request, undefined, authority, NOW).signedCertificateEmbeddedSct.chain.certificates
}

describe('a certificate for a GitHub Actions token', () => {
  let leaf: X509Certificate
  const extension = (arc: number) => leaf.extension(`${FULCIO}.${arc}`)
  beforeAll(() => {
    const claims = githubClaims({ repository: 'acme/app', workflow: 'release.yml', ref: 'refs/tags/v1', sha: SHA })
    leaf = X509Certificate.parse(chainFor(claims)[0]!)
  })

  it('names the workflow', () => {
    expect(leaf.extSubjectAltName?.uri).toBe(WORKFLOW)
  })

  it.each([
    [1, 'https://token.actions.githubusercontent.com'],
    [2, 'push'],
    [3, SHA],
    [4, 'release'],
    [5, 'acme/app'],
    [6, 'refs/tags/v1'],
  ])('has raw bytes in extension .%d', (arc, value) => {
    expect(extension(arc)?.value.toString('utf8')).toBe(value)
  })

  it.each([
    [8, 'https://token.actions.githubusercontent.com'],
    [9, WORKFLOW],
    [10, SHA],
    [11, 'github-hosted'],
    [12, 'https://github.com/acme/app'],
    [13, SHA],
    [14, 'refs/tags/v1'],
    [16, 'https://github.com/acme'],
    [18, WORKFLOW],
    [19, SHA],
    [20, 'push'],
    [21, 'https://github.com/acme/app/actions/runs/42/attempts/1'],
    [22, 'public'],
  ])('has a DER string in extension .%d', (arc, value) => {
    expect(extension(arc)?.valueObj.subs[0]?.tag.number).toBe(0x0c)
    expect(extension(arc)?.valueObj.subs[0]?.value.toString('utf8')).toBe(value)
  })

  it('holds for ten minutes, from the second it was asked for', () => {
    expect(leaf.notBefore).toEqual(new Date('2026-03-01T12:00:00Z'))
    expect(leaf.notAfter).toEqual(new Date('2026-03-01T12:10:00Z'))
  })

  it('has one certificate timestamp, of the moment it was asked for', () => {
    const [sct, ...more] = leaf.extSCT?.signedCertificateTimestamps ?? []
    expect(more).toEqual([])
    expect(sct?.datetime).toEqual(NOW)
  })
})

describe('the chain', () => {
  const [leaf, intermediate, root] = chainFor(emailClaims('alice@example.com', 'https://accounts.example.com')).map(
    (certificate) => new NodeCertificate(certificate),
  )

  it('leads from the leaf over the intermediate to the root', () => {
    expect(leaf?.verify(intermediate!.publicKey)).toBe(true)
    expect(intermediate?.verify(root!.publicKey)).toBe(true)
    expect(root?.verify(root.publicKey)).toBe(true)
    expect([leaf?.ca, intermediate?.ca, root?.ca]).toEqual([false, true, true])
    expect(leaf?.verify(root!.publicKey)).toBe(false)
  })

  it('certifies the key that was sent, for code signing', () => {
    expect(leaf?.publicKey.equals(publicKey)).toBe(true)
    expect(leaf?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.3'])
  })

  it('names a person by e-mail, with none of a workflow’s extensions', () => {
    expect(leaf?.subjectAltName).toBe('email:alice@example.com')
    expect(X509Certificate.parse(leaf!.toString()).extension(`${FULCIO}.9`)).toBeUndefined()
  })
})

describe('a request that cannot be served', () => {
  const request = (content: string) => ({ publicKeyRequest: { publicKey: { content } } })
  it.each([
    ['no token', request(pem), undefined, 'no identity token'],
    ['no JWT', request(pem), 'nonsense', 'is not a JWT'],
    ['nobody named', request(pem), identityToken({ iss: 'https://a.example', sub: 'x' }), 'names nobody'],
    ['no key', request('nonsense'), identityToken(emailClaims('a@b.c', 'https://a.example')), 'is not a public key'],
  ])('%s', (_, body, bearer, message) => {
    expect(() => signingCertificate(body, bearer, authority, NOW)).toThrow(message)
  })
})
