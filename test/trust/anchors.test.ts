import { describe, expect, it } from 'vitest'
import type { Certified } from '../../local/sigstore/authority.ts'
import { certificateAuthority, extendedKeyUsage, keyUsage } from '../../local/sigstore/certificate.ts'
import { prove, signEnvelope, statement } from './bundles.ts'
import { newPki } from './pki.ts'
import { hours, newCa, trusting } from './private-ca.ts'

const pki = newPki()
const root = newCa('root')
const issuing = newCa('issuing', { issuer: root })
const signedBy = (issuer: Certified) => signEnvelope(pki, statement(), { leaf: { issuer, sct: 'none' } }).bundle
const untrusted = { ok: false, fault: 'certificate-untrusted' }

describe('of several certificates in a policy', () => {
  const above = newCa('above', { issuer: root, from: hours(-48), to: hours(-24) })
  const below = newCa('below', { issuer: above })

  it('the self-signed ones are trusted, wherever they stand', () => {
    for (const order of [
      [root, issuing],
      [issuing, root],
    ]) {
      expect(prove(pki, signedBy(root), trusting(...order))).toMatchObject({ ok: true })
      expect(prove(pki, signedBy(issuing), trusting(...order))).toMatchObject({ ok: true })
    }
  })

  it('only the last is trusted where none is self-signed', () => {
    expect(prove(pki, signedBy(below), trusting(below))).toMatchObject({ ok: true })
    expect(prove(pki, signedBy(below), trusting(below, above))).toMatchObject(untrusted)
  })
})

it('an authority for any purpose may issue certificates that sign images', () => {
  const any = newCa('any', { extensions: [certificateAuthority(), keyUsage('issue'), extendedKeyUsage('2.5.29.37.0')] })
  expect(prove(pki, signedBy(any), trusting(any))).toMatchObject({ ok: true })
})
