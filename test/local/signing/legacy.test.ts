import { createPublicKey, verify, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseManifest } from '../../../lambda/core/manifest.ts'
import { pushImage } from '../../../local/signing/image.ts'
import { intotoWitness } from '../../../local/signing/intoto-witness.ts'
import { generateKeys } from '../../../local/signing/key.ts'
import { keyless } from '../../../local/signing/keyless.ts'
import { attachLegacyAttestation, attachLegacySignature } from '../../../local/signing/legacy.ts'
import { pullManifest, type Repository } from '../../../local/signing/push.ts'
import { withKey } from '../../../local/signing/signing.ts'
import { attestation } from '../../../local/signing/statement.ts'
import { canonical } from '../../../local/sigstore/rekor-body.ts'
import { type PrivateSigstore, startSigstore } from '../../../local/sigstore/server.ts'
import { emailClaims } from '../../../local/sigstore/token.ts'
import { blobText, emptyRepository } from './registry.ts'

const ALICE = emailClaims('alice@example.com', 'https://accounts.example.com')
const SLSA = { predicateType: 'https://slsa.dev/provenance/v1', predicate: { buildDefinition: {} } }
const COSIGN = 'dev.sigstore.cosign'

let sigstore: PrivateSigstore
beforeAll(async () => {
  sigstore = await startSigstore({ port: 0, now: () => new Date('2026-03-01T12:00:00Z') })
})
afterAll(async () => {
  await sigstore.close()
})

async function signedImage() {
  const repository = await emptyRepository()
  const image = await pushImage({ ...repository, tag: 'v1', files: { app: 'x' } })
  return { repository, digest: image.digest, tag: image.digest.replace(':', '-') }
}

async function layersAt(repository: Repository, tag: string) {
  const manifest = parseManifest((await pullManifest(repository, tag))!)
  if (typeof manifest === 'string' || manifest.kind !== 'image') throw new Error(`no manifest at ${tag}`)
  const layers = []
  for (const layer of manifest.layers) layers.push({ ...layer, text: await blobText(repository, layer.digest) })
  const config = JSON.parse(await blobText(repository, manifest.config.digest))
  expect(config.rootfs.diff_ids).toEqual(manifest.layers.map((layer) => layer.digest))
  return layers
}

const signatureOf = (annotations: Readonly<Record<string, string>>) =>
  Buffer.from(annotations['dev.cosignproject.cosign/signature'] ?? '', 'base64')

describe('a legacy signature', () => {
  it('by key signs the payload that names the image', async () => {
    const { repository, digest, tag } = await signedImage()
    const keys = generateKeys()
    await attachLegacySignature(repository, digest, withKey(keys.privateKey), { team: 'blue' })
    const [layer] = await layersAt(repository, `${tag}.sig`)
    expect(layer?.mediaType).toBe('application/vnd.dev.cosign.simplesigning.v1+json')
    expect(Object.keys(layer?.annotations ?? {})).toEqual(['dev.cosignproject.cosign/signature'])
    expect(verify('sha256', Buffer.from(layer!.text), keys.publicKey, signatureOf(layer!.annotations))).toBe(true)
    expect(JSON.parse(layer!.text)).toEqual({
      critical: {
        identity: { 'docker-reference': `${new URL(repository.registry).host}/acme/app` },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: { team: 'blue' },
    })
  })

  it('keyless carries certificate, promise of the log and timestamp', async () => {
    const { repository, digest, tag } = await signedImage()
    await attachLegacySignature(repository, digest, keyless(ALICE, { url: sigstore.url, witnessed: 'rekor1-tsa' }))
    const [layer] = await layersAt(repository, `${tag}.sig`)
    const { [`${COSIGN}/certificate`]: pem = '', [`${COSIGN}/bundle`]: promise = '' } = layer!.annotations
    const certificate = new X509Certificate(pem)
    expect(certificate.subjectAltName).toBe('email:alice@example.com')
    expect(verify('sha256', Buffer.from(layer!.text), certificate.publicKey, signatureOf(layer!.annotations))).toBe(
      true,
    )

    const { SignedEntryTimestamp, Payload } = JSON.parse(promise)
    const log = createPublicKey(sigstore.clientFiles['rekor.pub']!)
    const promised = Buffer.from(canonical(Payload))
    expect(verify('sha256', promised, log, Buffer.from(SignedEntryTimestamp, 'base64'))).toBe(true)
    expect(layer!.annotations).toHaveProperty([`${COSIGN}/rfc3161timestamp`])
  })

  it('is added to those before it', async () => {
    const { repository, digest, tag } = await signedImage()
    const keys = [generateKeys(), generateKeys()]
    for (const { privateKey } of keys) await attachLegacySignature(repository, digest, withKey(privateKey))
    const layers = await layersAt(repository, `${tag}.sig`)
    expect(layers).toHaveLength(2)
    for (const [at, layer] of layers.entries()) {
      const signature = signatureOf(layer.annotations)
      expect(verify('sha256', Buffer.from(layer.text), keys[at]!.publicKey, signature)).toBe(true)
    }
  })
})

describe('a legacy attestation', () => {
  it('is an envelope around a statement of the old version, which names the repository', async () => {
    const { repository, digest, tag } = await signedImage()
    const said = attestation({ digest, ...SLSA })
    await attachLegacyAttestation(repository, digest, said, withKey(generateKeys().privateKey))
    const [layer] = await layersAt(repository, `${tag}.att`)
    expect(layer).toMatchObject({
      mediaType: 'application/vnd.dsse.envelope.v1+json',
      annotations: { 'dev.cosignproject.cosign/signature': '', predicateType: SLSA.predicateType },
    })
    const { payload, payloadType } = JSON.parse(layer!.text)
    expect(payloadType).toBe('application/vnd.in-toto+json')
    expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toEqual({
      _type: 'https://in-toto.io/Statement/v0.1',
      subject: [
        { name: `${new URL(repository.registry).host}/acme/app`, digest: { sha256: digest.slice('sha256:'.length) } },
      ],
      ...SLSA,
    })
  })

  it.each([
    ['dsse', undefined],
    ['intoto', (url: string) => [intotoWitness(url)]],
  ])('may be in the log as %s', async (kind, witnesses) => {
    const { repository, digest, tag } = await signedImage()
    const signing = keyless(ALICE, { url: sigstore.url, witnessed: 'rekor1' })
    const witnessed = { ...signing, witnesses: witnesses?.(sigstore.url) ?? signing.witnesses }
    await attachLegacyAttestation(repository, digest, attestation({ digest, ...SLSA }), witnessed)
    const [layer] = await layersAt(repository, `${tag}.att`)
    const { Payload } = JSON.parse(layer!.annotations[`${COSIGN}/bundle`] ?? '')
    expect(JSON.parse(Buffer.from(Payload.body, 'base64').toString())).toMatchObject({ kind, apiVersion: '0.0.1' })
  })
})
