import type { Digest } from '../../lambda/core/image.ts'
import { signStatement } from '../../local/signing/bundle.ts'
import { signBytes } from '../../local/signing/key.ts'
import { withKey } from '../../local/signing/signing.ts'
import { signatureStatement } from '../../local/signing/statement.ts'
import { type MemoryRegistry, sha256 } from './registry.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

/** A manifest as the memory registry takes it. */
export type Manifest = { readonly mediaType: string }

/** The digest by which the memory registry keeps a manifest. */
export function digestIn(manifest: Manifest): Digest {
  return sha256(Buffer.from(JSON.stringify(manifest)))
}

/** A runnable image, different for each text. */
export function runnable(text: string) {
  const blob = (mediaType: string, content: string) => {
    const bytes = Buffer.from(content)
    return { mediaType, digest: sha256(bytes), size: bytes.length }
  }
  return {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: blob('application/vnd.oci.image.config.v1+json', `{"text":"${text}"}`),
    layers: [blob('application/vnd.oci.image.layer.v1.tar+gzip', text)],
  }
}

/** An index over one image. */
export function indexOver(child: ReturnType<typeof runnable>) {
  const bytes = Buffer.from(JSON.stringify(child))
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: child.mediaType,
        digest: sha256(bytes),
        size: bytes.length,
        platform: { os: 'linux', architecture: 'amd64' },
      },
    ],
  }
}

/** Signs an image by key and attaches the bundle as cosign 3 does; returns the referrer's digest. */
export async function sign(at: MemoryRegistry, name: string, digest: Digest, privateKey: string): Promise<Digest> {
  return attach(at, name, digest, await signStatement(signatureStatement(digest), withKey(privateKey)))
}

/** Signs an image by key as cosign 1 and 2 do, in place of what lies at that tag; returns the tag. */
export function signLegacy(at: MemoryRegistry, name: string, digest: Digest, privateKey: string): string {
  const critical = {
    identity: { 'docker-reference': name },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  }
  const payload = Buffer.from(JSON.stringify({ critical, optional: null }))
  const annotations = { 'dev.cosignproject.cosign/signature': signBytes(payload, privateKey).toString('base64') }
  const layer = {
    mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    digest: at.addBlob(name, payload),
    size: payload.length,
    annotations,
  }
  const tag = `${digest.replace(':', '-')}.sig`
  at.push(name, { ...runnable('signature'), layers: [layer] } as { mediaType: string }, tag)
  return tag
}

/** Attaches a bundle as cosign 3 does; returns the referrer's digest. */
export function attach(at: MemoryRegistry, name: string, digest: Digest, bundle: unknown): Digest {
  const bytes = Buffer.from(JSON.stringify(bundle))
  return at.push(name, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BUNDLE,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: at.addBlob(name, Buffer.from('{}')), size: 2 },
    layers: [{ mediaType: BUNDLE, digest: at.addBlob(name, bytes), size: bytes.length }],
    subject: { mediaType: MANIFEST, digest, size: 1 },
  } as { mediaType: string })
}
