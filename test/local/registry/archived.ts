import { type ImageIdentifier, type TargetStorageClass, UpdateImageStorageClassCommand } from '@aws-sdk/client-ecr'
import { ecr } from './ecr-client.ts'
import { image, push, type TestRegistry, testRegistry } from './support.ts'

export const app = image('app')
export const other = image('other')
export const repositoryName = 'a'
export const ARCHIVED_AT = new Date('2026-03-01T10:20:30.456Z')
export const LATER = new Date('2026-03-05T08:00:00.120Z')

/** A repository with `v1` on one image and `v2` on another. */
export async function pushed() {
  const registry = await testRegistry()
  await push(registry, repositoryName, app, 'v1')
  await push(registry, repositoryName, other, 'v2')
  registry.events.length = 0
  return registry
}

/** The same with `v1` in the archive. */
export async function archived() {
  const registry = await pushed()
  await update(registry, 'ARCHIVE')
  registry.events.length = 0
  registry.clock.now = LATER
  return registry
}

export function update(
  registry: TestRegistry,
  target: TargetStorageClass,
  imageId: ImageIdentifier = { imageTag: 'v1' },
) {
  const input = { repositoryName, imageId, targetStorageClass: target }
  return ecr(registry).send(new UpdateImageStorageClassCommand(input))
}
