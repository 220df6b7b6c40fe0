import { describe, expect, it } from 'vitest'
import { parseManifest } from '../../../lambda/core/manifest.ts'
import { attachBundle } from '../../../local/signing/attach.ts'
import { signMessage } from '../../../local/signing/bundle.ts'
import { pushImage } from '../../../local/signing/image.ts'
import { generateKeys } from '../../../local/signing/key.ts'
import { type Content, pullManifest, type Repository } from '../../../local/signing/push.ts'
import { attestImage, signImage } from '../../../local/signing/sign-image.ts'
import { withKey } from '../../../local/signing/signing.ts'
import { verifyBundle } from '../sigstore/verify-bundle.ts'
import { blobText, emptyRepository } from './registry.ts'

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const NO_ROOT = { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' }
const SPDX = { predicateType: 'https://spdx.dev/Document', predicate: {} }
const keys = generateKeys()
const byKey = withKey(keys.privateKey)

async function listed({ registry, name }: Repository, path: string): Promise<unknown[]> {
  const response = await fetch(`${registry}/v2/${name}/${path}`, {
    headers: { accept: 'application/vnd.oci.image.index.v1+json' },
  })
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  const index = (await response.json()) as { manifests: unknown[] }
  return index.manifests
}

const described = ({ digest, size }: Content, predicateType: string) =>
  expect.objectContaining({
    digest,
    size,
    artifactType: BUNDLE,
    annotations: { 'dev.sigstore.bundle.content': 'dsse-envelope', 'dev.sigstore.bundle.predicateType': predicateType },
  })

describe('an attached bundle', () => {
  it.each([
    ['the referrers API', true, 'referrers/sha256:'],
    ['the fallback tag', false, 'manifests/sha256-'],
  ])('is listed by %s, beside those before it', async (_, referrersApi, path) => {
    const repository = await emptyRepository({ referrersApi })
    const image = await pushImage({ ...repository, tag: 'v1', files: { app: 'x' } })
    const signature = await signImage(repository, image, byKey)
    const sbom = await attestImage(repository, image, byKey, SPDX)
    const referrers = await listed(repository, path + image.digest.slice('sha256:'.length))
    expect(referrers).toHaveLength(2)
    expect(referrers).toContainEqual(described(signature, 'https://sigstore.dev/cosign/sign/v1'))
    expect(referrers).toContainEqual(described(sbom, SPDX.predicateType))
  })

  it('leaves no fallback tag where the registry lists referrers', async () => {
    const repository = await emptyRepository()
    const image = await pushImage({ ...repository, tag: 'v1', files: { app: 'x' } })
    await signImage(repository, image, byKey)
    expect(await pullManifest(repository, `sha256-${image.digest.slice('sha256:'.length)}`)).toBeUndefined()
  })

  it('lies in the one layer of a manifest about the image', async () => {
    const repository = await emptyRepository()
    const image = await pushImage({ ...repository, tag: 'v1', files: { app: 'x' } })
    const signature = await signImage(repository, image, byKey, { team: 'blue' })
    const manifest = parseManifest((await pullManifest(repository, signature.digest))!)
    if (typeof manifest === 'string' || manifest.kind !== 'image') throw new Error('not a manifest')
    const { mediaType, digest, size } = image
    expect(manifest).toMatchObject({
      artifactType: BUNDLE,
      config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2 },
      layers: [{ mediaType: BUNDLE }],
      subject: { mediaType, digest, size },
    })
    const bundle = JSON.parse(await blobText(repository, manifest.layers[0]!.digest))
    verifyBundle(NO_ROOT, bundle, { key: keys.publicKey, tlogThreshold: 0, timestampThreshold: 0 })
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString())
    expect(statement.subject).toEqual([
      { digest: { sha256: digest.slice('sha256:'.length) }, annotations: { team: 'blue' } },
    ])
  })

  it('may be a bare signature of the manifest, made at a given time', async () => {
    const repository = await emptyRepository()
    const image = await pushImage({ ...repository, tag: 'v1', files: { app: 'x' } })
    const bundle = await signMessage(image.bytes, byKey)
    const referrer = await attachBundle(repository, image, bundle, new Date('2026-03-01T12:00:00Z'))
    const manifest = parseManifest((await pullManifest(repository, referrer.digest))!)
    expect(manifest).toMatchObject({
      artifactType: BUNDLE,
      annotations: {
        'dev.sigstore.bundle.content': 'message-signature',
        'org.opencontainers.image.created': '2026-03-01T12:00:00.000Z',
      },
    })
    const options = { key: keys.publicKey, tlogThreshold: 0, timestampThreshold: 0, artifact: image.bytes }
    expect(() => verifyBundle(NO_ROOT, JSON.parse(JSON.stringify(bundle)), options)).not.toThrow()
  })
})
