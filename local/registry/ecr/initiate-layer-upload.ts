import * as z from 'zod'
import { onRepository, repository } from './operation.ts'

// What ECR answers in AWS's own examples; parts may have other sizes.
const PART_SIZE = 10 * 1024 * 1024

/** Starts an upload of a layer in parts. */
export const initiateLayerUpload = onRepository(z.object(repository), async ({ store }, { repositoryName }) => ({
  uploadId: await store.uploads.create(repositoryName),
  partSize: PART_SIZE,
}))
