import type { Digest } from '../../../lambda/core/image.ts'
import { IN_TOTO } from '../../../local/signing/bundle.ts'
import { BUNDLE, describeBytes, EMPTY, IMAGE_MANIFEST, listed, MANIFEST, manifestOf } from '../../formats/layouts.ts'
import {
  envelope,
  imageOf,
  keyed,
  LARGEST_LAYER,
  LARGEST_MANIFEST,
  layersOf,
  PAYLOAD,
  padded,
  referrer,
  signedEnvelope,
  slowest,
  stampedBundle,
  statementAbout,
  tag,
  taggedLayers,
  wide,
  withBundles,
  withPlatforms,
  withReferrers,
  withTags,
} from './fill.ts'
import { put, type Repository } from './repository.ts'

/** A repository made to exhaust whoever reads it, the image to be judged, and what that must come to. */
export type HostileCase = {
  readonly name: string
  readonly fill: (at: Repository) => Digest
  /** What the policy asks of attestations, as fields of one; their presence if not given. */
  readonly asks?: string
  /** Images that are known as bases, which somebody vouches for; put in beside it. */
  readonly bases?: (at: Repository) => readonly Digest[]
  readonly ends: 'over-limit' | 'rejected' | 'verified'
}

const asks = (type: string, data: string) =>
  `predicateType: "https://spdx.dev/Document", policy: { type: ${type}, data: ${JSON.stringify(data)} }`
const cel = (data: string) => asks('cel', data)

const ASKED: readonly (readonly [what: string, asks: string, ends: HostileCase['ends']])[] = [
  ['CEL of every value', cel('predicate.x.all(one, one != "a")'), 'over-limit'],
  [
    'CEL of every pair of values',
    cel('predicate.x.all(one, predicate.x.all(other, one != other || true))'),
    'over-limit',
  ],
  [
    'Rego of every pair of values',
    asks(
      'rego',
      'package sigstore\nisCompliant { some i, j; input.predicate.x[i] == "a"; input.predicate.x[j] == "b" }',
    ),
    'over-limit',
  ],
  ['CUE of every value', asks('cue', 'predicate: x: [..._]'), 'over-limit'],
  ['CEL of every letter', cel('predicate.x[0].matches("^(x|y)*z$")'), 'over-limit'],
]

export const CASES: readonly HostileCase[] = [
  {
    name: '6 bundles of 8 MiB that are lists of empty objects',
    fill: (at) => withBundles(at, 6, (n) => padded(`{"n":${n},"x":[`, '{},', '0]}', LARGEST_LAYER)),
    ends: 'over-limit',
  },
  {
    name: '6 bundles of 8 MiB, each one object of as many keys',
    fill: (at) => withBundles(at, 6, (n) => keyed(n, LARGEST_LAYER)),
    ends: 'over-limit',
  },
  {
    name: '6 bundles of 8 MiB that nest lists',
    fill: (at) => withBundles(at, 6, (n) => padded(`{"n":${n},"x":`, '[', '', LARGEST_LAYER)),
    ends: 'over-limit',
  },
  {
    name: '6 bundles of 8 MiB in letters of two bytes, the last of them slow',
    fill: (at) => {
      const digest = withBundles(at, 6, (n) => padded(`{"n":"${n}\u0416`, 'x', '"}', LARGEST_LAYER))
      slowest(at)
      return digest
    },
    ends: 'rejected',
  },
  {
    name: '34 bundles, each with 32 timestamps of as many objects as are read',
    fill: (at) => withBundles(at, 34, (n) => stampedBundle(n, 2_400)),
    ends: 'rejected',
  },
  {
    name: '34 bundles, each with 32 timestamps of 16,000 objects',
    fill: (at) => withBundles(at, 34, (n) => stampedBundle(n, 16_000)),
    ends: 'over-limit',
  },
  {
    name: '6 envelopes of 8 MiB with a payload that nobody signed',
    fill: (at) => withBundles(at, 6, (n) => envelope(n, padded(statementAbout(n), '{},', '0]}', PAYLOAD), 'AAAA')),
    ends: 'rejected',
  },
  {
    name: '6 envelopes of 8 MiB, signed, with a payload of as many values as are read',
    fill: (at) => withBundles(at, 6, signedEnvelope),
    ends: 'rejected',
  },
  {
    name: '6 envelopes of 8 MiB, signed, with a payload of empty objects',
    fill: (at) => withBundles(at, 6, (n) => envelope(n, padded(statementAbout(n), '{},', '0]}', PAYLOAD))),
    ends: 'over-limit',
  },
  ...ASKED.map(
    ([what, asks, ends]): HostileCase => ({
      name: `the same, asked by ${what}`,
      fill: (at) => withBundles(at, 6, signedEnvelope),
      asks,
      ends,
    }),
  ),
  {
    name: '90 small statements, signed, asked by CEL of every pair of values',
    fill: (at) => withBundles(at, 90, (n) => envelope(n, padded(statementAbout(n), '{},', '0]}}', 2048))),
    asks: cel('predicate.x.all(one, predicate.x.all(other, one != other || true))'),
    ends: 'over-limit',
  },
  {
    name: '100 referrers of 512 KiB, all of it layers',
    fill: (at) => withReferrers(at, 100, (n) => manifestOf({ ...referrer(n), layers: layersOf(BUNDLE, 512 * 1024) })),
    ends: 'over-limit',
  },
  {
    name: '100 referrers of 512 KiB, all of it empty objects',
    fill: (at) => withReferrers(at, 100, (n) => wide({ ...referrer(n), layers: [] }, 512 * 1024)),
    ends: 'over-limit',
  },
  {
    name: 'tagged manifests of 4 MiB, all of it layers',
    fill: (at) => withTags(at, (suffix) => taggedLayers(suffix, LARGEST_MANIFEST)),
    ends: 'over-limit',
  },
  {
    name: 'tagged manifests of 4 MiB, all of it empty objects',
    fill: (at) =>
      withTags(at, (suffix) => wide({ config: describeBytes(EMPTY, suffix), layers: [] }, LARGEST_MANIFEST)),
    ends: 'over-limit',
  },
  {
    name: 'a fallback list of 4 MiB',
    fill: (at) => {
      put(at, IMAGE_MANIFEST)
      const manifests = layersOf(MANIFEST, LARGEST_MANIFEST)
      put(at, manifestOf({ manifests }), IMAGE_MANIFEST.digest.replace(':', '-'))
      return IMAGE_MANIFEST.digest
    },
    ends: 'over-limit',
  },
  {
    name: 'a list of 1,000 referrers of 4 MiB',
    fill: (at) => {
      put(at, IMAGE_MANIFEST)
      const annotations = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`a${n}`, '']))
      const manifests = Array.from({ length: 1000 }, (_, n) => describeBytes(MANIFEST, `${n}`, { annotations }))
      at.set(`referrers/${IMAGE_MANIFEST.digest}`, manifestOf({ manifests }))
      return IMAGE_MANIFEST.digest
    },
    ends: 'over-limit',
  },
  {
    name: 'an image of 4 MiB, all of it empty objects',
    fill: (at) => put(at, wide(imageOf('wide'), LARGEST_MANIFEST)).digest,
    ends: 'over-limit',
  },
  {
    name: '64 platforms, each a manifest of 4 MiB with tagged ones of 4 MiB',
    fill: (at) =>
      withPlatforms(at, (n) => {
        const text = 'x'.repeat(LARGEST_MANIFEST - 2048)
        const own = put(at, manifestOf({ ...imageOf(`${n}`), annotations: { text } }))
        tag(at, own.digest, (suffix) => taggedLayers(suffix, LARGEST_MANIFEST, n))
        return own
      }),
    ends: 'over-limit',
  },
  {
    name: '64 platforms, each with tagged manifests and a list as large as is read',
    fill: (at) =>
      withPlatforms(at, (n) => {
        const size = 120 * 1024
        const own = put(at, manifestOf({ ...imageOf(`${n}`), annotations: { text: 'x'.repeat(size) } }))
        tag(at, own.digest, (suffix) => taggedLayers(suffix, size, n))
        at.set(`referrers/${own.digest}`, manifestOf({ manifests: layersOf(MANIFEST, size) }))
        return own
      }),
    ends: 'over-limit',
  },
  {
    name: '64 lists of unsigned statements of 4 MiB in one index',
    fill: (at) => {
      const platform = { os: 'unknown', architecture: 'unknown' }
      const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' }
      const manifests = Array.from({ length: 64 }, (_, n) => {
        const config = describeBytes(EMPTY, String(n))
        return {
          ...listed(put(at, manifestOf({ config, layers: layersOf(IN_TOTO, LARGEST_MANIFEST) }))),
          platform,
          annotations,
        }
      })
      return put(at, manifestOf({ manifests })).digest
    },
    ends: 'rejected',
  },
  {
    name: 'nothing: what a process takes without it',
    fill: (at) => put(at, IMAGE_MANIFEST).digest,
    ends: 'rejected',
  },
]
