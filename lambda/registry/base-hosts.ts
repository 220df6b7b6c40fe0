import { normaliseHost } from '../core/image.ts'
import type { PolicySet } from '../core/policy/policy.ts'
import { isEcrHost, isLoopbackHost } from './hosts.ts'

/**
 * The registries that BaseImages name in full and that are read as anybody may read them, unless they are configured. ECR wants a login,
 * so its registries are only those that are.
 */
export function baseHosts(set: Pick<PolicySet, 'bases'>): readonly string[] {
  return namedHosts(set)
    .filter((host) => !isEcrHost(host) && !isLoopbackHost(host))
    .sort()
}

/** The registries that BaseImages name in full, by tags to watch or by globs. */
export function namedHosts({ bases }: Pick<PolicySet, 'bases'>): readonly string[] {
  const named = bases.flatMap(({ images, watch }) => [
    ...images.map(({ source }) => normaliseHost(source.slice(0, Math.max(0, source.indexOf('/'))))),
    ...watch.map(({ host }) => host),
  ])
  return [...new Set(named)].filter((host) => host !== '' && !host.includes('*'))
}
