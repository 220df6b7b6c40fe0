import { type Digest, isDigest } from '../../../lambda/core/image.ts'
import type { Context } from '../context.ts'
import { OciError } from '../errors.ts'

/** The digest a client wrote, or a refusal. */
export function toDigest(text: string | null): Digest {
  if (isDigest(text)) return text
  throw new OciError('DIGEST_INVALID', `digest "${text ?? ''}" is not sha256: and 64 lower-case hex digits`)
}

/** Refuses a repository nothing was ever pushed to. */
export async function requireRepository({ store }: Context, name: string): Promise<void> {
  if (!(await store.exists(name))) throw new OciError('NAME_UNKNOWN', `there is no repository "${name}"`)
}
