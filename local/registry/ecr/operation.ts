import * as z from 'zod'
import { type Digest, isDigest, isRepositoryName } from '../../../lambda/core/image.ts'
import type { Context } from '../context.ts'
import { EcrError } from '../errors.ts'

/** One call of the ECR API: takes the request as it came, gives the response as JSON. */
export type Operation = (context: Context, request: unknown) => Promise<unknown>

/** The fields with which every call on a repository names it. */
export const repository = {
  registryId: z.string().optional(),
  repositoryName: z
    .string()
    .refine(isRepositoryName, 'a repository name is lower-case words joined by "/", ".", "_", "-"'),
}

/** A digest that has to be well formed for the call to make sense. */
export const digest = z.custom<Digest>(isDigest, 'not sha256: and 64 lower-case hex digits')

/** An image named by tag, digest or both. */
export const imageId = z.object({ imageTag: z.string().optional(), imageDigest: z.string().optional() })

/** At most 100 images, as ECR takes them in one call. */
export const imageIds = z.array(imageId).min(1).max(100)

/** Makes a call on a repository out of the shape of its request and what it does. */
export function onRepository<S extends z.ZodType<{ registryId?: string; repositoryName: string }>>(
  schema: S,
  run: (context: Context, request: z.output<S>) => Promise<unknown>,
): Operation {
  return async (context, request) => {
    const parsed = schema.parse(request)
    await requireRepository(context, parsed.repositoryName, parsed.registryId)
    return run(context, parsed)
  }
}

/** Refuses a repository nothing was ever pushed to, and another account's. */
async function requireRepository({ account, store }: Context, name: string, registryId = account): Promise<void> {
  if (registryId === account && (await store.exists(name))) return
  const message = `The repository with name '${name}' does not exist in the registry with id '${registryId}'`
  throw new EcrError('RepositoryNotFoundException', message)
}
