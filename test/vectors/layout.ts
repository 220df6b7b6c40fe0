import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { type Digest, isDigest } from '../../lambda/core/image.ts'
import { addToFallbackTag } from '../../local/signing/attach.ts'
import { describe, listsReferrers, pushBlob, pushManifest, type Repository } from '../../local/signing/push.ts'

const REF_NAME = 'org.opencontainers.image.ref.name'
const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string(),
  annotations: z.record(z.string(), z.string()).optional(),
})
const withSubject = z.object({ subject: z.object({ digest: z.custom<Digest>(isDigest) }).optional() })
const index = z.object({ manifests: z.array(descriptor) })
type Descriptor = z.infer<typeof descriptor>

const INDEXES = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json']

/** Copies an OCI image layout into a repository: every blob, every manifest, children before their index, tags as named. */
export async function pushLayout(folder: string, to: Repository): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256')
  const manifests = index.parse(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))).manifests
  for (const name of await readdir(blobs)) {
    await pushBlob(to, 'application/octet-stream', await readFile(join(blobs, name)))
  }
  for (const manifest of manifests) await pushTree(blobs, to, manifest)
  const tags = manifests.flatMap(({ annotations }) => annotations?.[REF_NAME] ?? [])
  for (const manifest of manifests) await nameReferrer(blobs, to, manifest, tags)
}

/** What a client does on a registry without referrers, unless the layout brings its own fallback tag. */
async function nameReferrer(blobs: string, to: Repository, one: Descriptor, tags: readonly string[]): Promise<void> {
  const bytes = await readFile(join(blobs, one.digest.slice('sha256:'.length)))
  const { subject } = withSubject.parse(JSON.parse(bytes.toString()))
  if (subject === undefined || tags.includes(subject.digest.replace(':', '-'))) return
  if (await listsReferrers(to, subject.digest)) return
  await addToFallbackTag(to, subject, { ...describe(one.mediaType, bytes), annotations: {} })
}

async function pushTree(blobs: string, to: Repository, { mediaType, digest, annotations }: Descriptor): Promise<void> {
  const bytes = await readFile(join(blobs, digest.slice('sha256:'.length)))
  if (INDEXES.includes(mediaType)) {
    for (const child of index.parse(JSON.parse(bytes.toString())).manifests) await pushTree(blobs, to, child)
  }
  await pushManifest(to, mediaType, bytes, annotations?.[REF_NAME])
}
