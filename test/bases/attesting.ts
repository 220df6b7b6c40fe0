import type { Digest } from '../../lambda/core/image.ts'
import { signStatement } from '../../local/signing/bundle.ts'
import { withKey } from '../../local/signing/signing.ts'
import { attestation } from '../../local/signing/statement.ts'
import { attach } from '../memory/images.ts'
import { pushed } from '../memory/story.ts'
import { KEYS } from '../memory/world.ts'
import type { based } from './based.ts'

export const SPDX = 'https://spdx.dev/Document'

/** An SPDX document of packages, each `name version`. */
export const sbom = (...packages: readonly string[]) => ({
  spdxVersion: 'SPDX-2.3',
  packages: packages.map((one) => ({ name: one.split(' ')[0], versionInfo: one.split(' ')[1] })),
})

/** Attaches a statement about an image, signed by KEYS. */
export async function attest(
  { outside }: Awaited<ReturnType<typeof based>>,
  name: string,
  digest: Digest,
  predicateType: string,
  predicate: object,
): Promise<void> {
  const bundle = await signStatement(attestation({ digest, predicateType, predicate }), withKey(KEYS.privateKey))
  outside.queue.send(pushed(attach(outside.registry, name, digest, bundle), undefined, name))
}
