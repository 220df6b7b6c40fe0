import type { Digest } from '../../lambda/core/image.ts'
import { signStatement } from '../../local/signing/bundle.ts'
import { generateKeys } from '../../local/signing/key.ts'
import { withKey } from '../../local/signing/signing.ts'
import { attestation } from '../../local/signing/statement.ts'
import { attach } from '../memory/images.ts'
import { pushed } from '../memory/story.ts'
import { HOST, KEYS } from '../memory/world.ts'
import { type based, baseImage } from './based.ts'

const SPDX = 'https://spdx.dev/Document'
/** Others who may vouch for bases of their own. */
export const THEIRS = generateKeys()

/** What vouches, by their key, for images under theirs/. */
export function theirImage(more = '', glob = `${HOST}/theirs/**`, name = 'theirs'): string {
  const indented = (key: string) => key.trim().replaceAll('\n', '\n          ')
  return baseImage(more, name, glob).replace(indented(KEYS.publicKey), indented(THEIRS.publicKey))
}

/** An SPDX document of packages, each `name version`. */
export function sbom(...packages: readonly string[]) {
  const listed = packages.map((one) => one.split(' ')).map(([name, versionInfo]) => ({ name, versionInfo }))
  return { spdxVersion: 'SPDX-2.3', packages: listed }
}

/** Attests something of an image by key, and sends the event of it. */
export async function attest(
  { outside }: Awaited<ReturnType<typeof based>>,
  name: string,
  digest: Digest,
  predicate: object,
  key = KEYS.privateKey,
  predicateType = SPDX,
): Promise<void> {
  const bundle = await signStatement(attestation({ digest, predicateType, predicate }), withKey(key))
  outside.queue.send(pushed(attach(outside.registry, name, digest, bundle), undefined, name))
}
