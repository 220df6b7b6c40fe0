import { describe, expect, test } from 'vitest'
import { dependencyImage } from '../../lambda/core/dependency-image.ts'
import { digest } from './records.ts'

const HUB = 'index.docker.io'
const [A, B] = [digest(10), digest(11)]
const CODED = A.replace(':', '%3A')
const beside = { sha256: A.slice(7) }
const alpine = { host: HUB, name: 'library/alpine' }
const node = { host: 'cgr.dev', name: 'chainguard/node' }
const notDigest = (text: string) => `the digest is ${text}, not sha256: and 64 lower-case hex digits`

describe('by its uri', () => {
  test.each([
    // BuildKit
    ['pkg:docker/alpine@3.17?platform=linux%2Famd64', { name: { ...alpine, tag: '3.17' }, platform: 'linux/amd64' }],
    [`pkg:docker/alpine@3.17?digest=${A}`, { name: { ...alpine, tag: '3.17' }, digest: A }],
    [
      `pkg:docker/cgr.dev/chainguard/node?digest=${CODED}&platform=linux%2Farm%2Fv7`,
      { name: node, digest: A, platform: 'linux/arm/v7' },
    ],
    ['pkg:docker/localhost:5000/app@v1', { name: { host: '127.0.0.1:5000', name: 'app', tag: 'v1' } }],
    ['pkg:docker/localhost%3A5000/app@v1', { name: { host: '127.0.0.1:5000', name: 'app', tag: 'v1' } }],
    ['pkg:docker/alpine', { name: { ...alpine, tag: 'latest' } }],
    [
      'pkg:docker/a/b@1?platform=windows%2810.0.20348%29%2Famd64',
      { name: { host: HUB, name: 'a/b', tag: '1' }, platform: 'windows/amd64' },
    ],
    ['pkg:docker/alpine@3?platform=sparc', { name: { ...alpine, tag: '3' } }],
    [`pkg:docker/alpine@3?platform=linux/${'a'.repeat(75)}`, { name: { ...alpine, tag: '3' } }],
    [`pkg:docker/alpine@3?digest=${A}&ref_type=blob`, undefined],
    [`pkg:oci/app@v1?digest=${A}`, { digest: A }],
    ['pkg:docker/alpine@3?platform=plan-9/amd64', { name: { ...alpine, tag: '3' } }],
    ['pkg:docker/alpine@3?platform=linux/amd64/v1/x', { name: { ...alpine, tag: '3' } }],
    ['pkg:docker/alpine@3?platform=linux/arm(1)', { name: { ...alpine, tag: '3' } }],
    [
      `pkg:docker/alpine@3?platform=linux/${'a'.repeat(74)}`,
      { name: { ...alpine, tag: '3' }, platform: `linux/${'a'.repeat(74)}` },
    ],
    // Others
    [`pkg:docker/bash@${CODED}`, { name: { host: HUB, name: 'library/bash' }, digest: A }],
    [`pkg:docker/acme/app@${A}?repository_url=gcr.io`, { name: { host: 'gcr.io', name: 'acme/app' }, digest: A }],
    ['pkg:docker/app@1?repository_url=gcr.io/acme/app', { name: { host: 'gcr.io', name: 'acme/app', tag: '1' } }],
    [
      `pkg:oci/node@${CODED}?repository_url=cgr.dev/chainguard/node&tag=22`,
      { name: { ...node, tag: '22' }, digest: A },
    ],
    [`pkg:oci/node@${A}?repository_url=https%3A%2F%2Fcgr.dev%2Fchainguard%2Fnode%2F`, { name: node, digest: A }],
    [
      `pkg:oci/node@${A}?os=linux&arch=arm64&repository_url=cgr.dev/chainguard/node`,
      { name: node, digest: A, platform: 'linux/arm64' },
    ],
    [`pkg:oci/node@${A}?repository_url=http://cgr.dev/chainguard/node`, { name: node, digest: A }],
    [`pkg:oci/node@${A}?repository_url=cgr.dev/http://node`, { digest: A, fault: '"cgr.dev/http://node" is no image' }],
    [`pkg:oci/node@${A}?arch=arm64&tag=22`, { digest: A }],
    [`pkg:oci/node@${A}?os=linux`, { digest: A }],
    ['pkg:oci/node?tag=22', undefined],
    ['docker://alpine:3', { name: { ...alpine, tag: '3' } }],
    ['docker-image://docker.io/library/alpine:3', { name: { ...alpine, tag: '3' } }],
    [`docker-pullable://cgr.dev/chainguard/node@${A}`, { name: node, digest: A }],
    [`oci://cgr.dev/chainguard/node:22@${A}`, { name: { ...node, tag: '22' }, digest: A }],
    [`cgr.dev/chainguard/node@${A}`, { name: node, digest: A }],
    [`localhost/app@${A}`, { name: { host: '127.0.0.1', name: 'app' }, digest: A }],
    // Named, and wrongly
    ['pkg:docker/alpine@sha256:abc', { name: alpine, fault: notDigest('"sha256:abc"') }],
    ['pkg:docker/alpine?digest=sha512:abc', { name: alpine, fault: notDigest('"sha512:abc"') }],
    [`pkg:docker/alpine@${A}?digest=${B}`, { name: alpine, fault: `it has two digests, ${A} and ${B}` }],
    ['pkg:docker/Alpine', { fault: '"Alpine" is no image' }],
    ['docker://', undefined],
    ['oci://:3', { fault: '":3" is no image' }],
    [`pkg:docker/${'a/'.repeat(300)}b?digest=${A}`, { digest: A, fault: expect.stringContaining('is no image') }],
    // Something else
    ['mydocker://alpine:3', undefined],
    ['docker://alpine\n:3', undefined],
    ['cgr.dev/chainguard/node', undefined],
    ['cgr.dev/chainguard/node:22', undefined],
    [`acme/app@${A}`, undefined],
    [`alpine@${A}`, undefined],
    [`alpine:3@${A}`, undefined],
    [`/a.b@${A}`, undefined],
    ['pkg:npm/left-pad@1.0.0', undefined],
    ['git+https://github.com/acme/app@refs/heads/main', undefined],
    [`https://cgr.dev/chainguard/node@${A}`, undefined],
    [`pkg:docker/${'a'.repeat(2_038)}`, undefined],
    [`pkg:docker/${'a'.repeat(2_037)}`, { fault: expect.stringContaining('is no image') }],
    ['', undefined],
  ])('%s', (uri, wanted) => {
    expect(dependencyImage({ uri })).toStrictEqual(wanted)
  })
})

describe('with a digest beside', () => {
  test.each([
    ['pkg:docker/alpine@3', beside, { name: { ...alpine, tag: '3' }, digest: A }],
    ['pkg:docker/alpine', beside, { name: alpine, digest: A }],
    [`pkg:docker/alpine?digest=${A}`, beside, { name: alpine, digest: A }],
    [`pkg:docker/alpine?digest=${B}`, beside, { name: alpine, fault: `it has two digests, ${B} and ${A}` }],
    // As the samples of the specification shorten it
    ['pkg:docker/alpine@sha256:abc', beside, { name: alpine, digest: A, fault: notDigest('"sha256:abc"') }],
    ['oci://cgr.dev/chainguard/node', beside, { name: node, digest: A }],
    ['pkg:docker/alpine@3', { sha256: 'ABC' }, { name: { ...alpine, tag: '3' }, fault: notDigest('"sha256:ABC"') }],
    ['pkg:docker/alpine@3', { sha256: 7 }, { name: { ...alpine, tag: '3' }, fault: notDigest('7') }],
    ['pkg:docker/alpine@3', { sha512: 'abc' }, { name: { ...alpine, tag: '3' } }],
    ['pkg:docker/alpine@3', A, { name: { ...alpine, tag: '3' } }],
    ['pkg:npm/left-pad@1', beside, undefined],
    ['cgr.dev/chainguard/node', beside, undefined],
    [undefined, beside, undefined],
  ])('%s, %j', (uri, told, wanted) => {
    expect(dependencyImage({ uri, digest: told })).toStrictEqual(wanted)
  })
})
