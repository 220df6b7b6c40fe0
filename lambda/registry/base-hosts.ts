import { normaliseHost } from '../core/image.ts'
import type { PolicySet } from '../core/policy/policy.ts'
import { isEcrHost, isLoopbackHost } from './hosts.ts'

/**
 * The registries that BaseImages name in full, by tags to watch or by globs: they are read as anybody may read them, unless they are
 * configured. ECR wants a login, so its registries are only those that are.
 */
export function baseHosts({ bases }: Pick<PolicySet, 'bases'>): readonly string[] {
  const named = bases.flatMap(({ images, watch }) => [
    ...images.map(({ source }) => normaliseHost(source.slice(0, Math.max(0, source.indexOf('/'))))),
    ...watch.map(({ host }) => host),
  ])
  return [...new Set(named)].filter(isPublic).sort()
}

function isPublic(host: string): boolean {
  return host !== '' && !host.includes('*') && !isEcrHost(host) && !isLoopbackHost(host)
}
