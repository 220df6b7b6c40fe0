import { describe, expect, it } from 'vitest'
import { loadPolicies } from '../../lambda/core/policy/load.ts'
import { baseHosts } from '../../lambda/registry/base-hosts.ts'
import { baseImage } from '../bases/based.ts'

/** The hosts that a BaseImage over these images, watching these tags, has read. */
function hostsOf(globs: readonly string[], watch: readonly string[] = []): readonly string[] {
  const list = globs.map((glob) => `{ glob: "${glob}" }`).join(', ')
  const text = baseImage(`  watch: [${watch.map((tag) => `"${tag}"`).join(', ')}]\n`).replace(
    /images: .*/,
    `images: [${list}]`,
  )
  const { set, problems } = loadPolicies([{ path: 'test.yaml', text }])
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return baseHosts(set)
}

describe('the registries that are read for bases', () => {
  it.each([
    ['that a glob names in full', ['cgr.dev/chainguard/**'], ['cgr.dev']],
    ['under the one name they have', ['docker.io/library/*', 'GHCR.io/acme/**'], ['ghcr.io', 'index.docker.io']],
    ['with a port', ['registry.example:8443/bases/*'], ['registry.example:8443']],
    ['each once', ['cgr.dev/chainguard/**', 'cgr.dev/other/*'], ['cgr.dev']],
  ])('are those %s', (_, globs, hosts) => {
    expect(hostsOf(globs)).toEqual(hosts)
  })

  it('are those of tags to watch, too', () => {
    expect(hostsOf(['**'], ['cgr.dev/chainguard/node:latest', 'node:22'])).toEqual(['cgr.dev', 'index.docker.io'])
  })

  it.each([
    ['a pattern', ['*.example/bases/**', '**/bases', '*/bases/*', '**']],
    ['ECR, which wants a login', ['111122223333.dkr.ecr.eu-west-1.amazonaws.com/bases/**']],
    ['this machine', ['127.0.0.1:5500/bases/**', 'localhost:5000/bases/**']],
  ])('are none by %s', (_, globs) => {
    expect(hostsOf(globs)).toEqual([])
  })

  it('are none without a BaseImage', () => {
    expect(baseHosts({ bases: [] })).toEqual([])
  })
})
