import type { Fault } from './issues.ts'
import type { ParsedPolicy } from './kinds.ts'
import { type Path, valueAt } from './path.ts'
import { DEFAULT_ROOT, type Identity, type TextMatch } from './policy.ts'
import { countPemBlocks } from './public-key.ts'
import { invalid } from './rules.ts'
import { predicateUri } from './schema-authority.ts'
import { PULL_SECRETS } from './schema-source.ts'
import { acceptsAnyone } from './text-match.ts'

const CONTENT_RULES = ['policy', 'provenance', 'sbom', 'vulnerabilities']
const PUBLIC_LOG = 'https://rekor.sigstore.dev'

type AuthorityDocument = ParsedPolicy['document']['spec']['authorities'][number]

/** What is allowed in a policy but likely not what its author means. `value` is the document as written. */
export function warningsOf(parsed: ParsedPolicy, value: unknown): Fault[] {
  const { images, authorities } = parsed.document.spec
  const upstream = parsed.kind === 'ClusterImagePolicy'
  return [
    ...(upstream ? images.flatMap(({ glob }, index) => globWarnings(glob, ['spec', 'images', index, 'glob'])) : []),
    ...(upstream ? nameWarnings(authorities) : []),
    ...matchWarnings(parsed),
    ...authorities.flatMap((authority, index) => authorityWarnings(authority, ['spec', 'authorities', index], value)),
    ...(upstream ? [] : authorities.flatMap((one, index) => newestWarnings(one, ['spec', 'authorities', index]))),
  ]
}

/** Somebody who brings such a policy along may count on it. */
function matchWarnings(parsed: ParsedPolicy): Fault[] {
  const { match = [] } = parsed.kind === 'ClusterImagePolicy' ? parsed.document.spec : {}
  if (match.length === 0) return []
  return warn(
    ['spec', 'match'],
    'chooses objects of Kubernetes, and an image alone is none: this policy covers no image here; take match out to have it cover spec.images',
  )
}

/** An image is judged by its digest, and a name with a digest has no tag. */
function globWarnings(glob: string, path: Path): Fault[] {
  if (glob.startsWith('docker.io/'))
    return warn(path, "Docker Hub's canonical name is index.docker.io; this matches no image")
  const last = glob.slice(glob.lastIndexOf('/') + 1)
  if (last.includes('@')) return []
  if (last.includes(':'))
    return warn(path, 'names a tag; images are matched as host/name@digest: end it with ** instead')
  if (!last.endsWith('*'))
    return warn(path, 'matches no image, as images are matched as host/name@digest: end it with **')
  return []
}

function nameWarnings(authorities: readonly AuthorityDocument[]): Fault[] {
  const names = authorities.map(({ name }) => name)
  return names.flatMap((name, index) =>
    name !== undefined && names.indexOf(name) < index
      ? warn(
          ['spec', 'authorities', index, 'name'],
          `another authority is named ${name} too; checks are told apart by it`,
        )
      : [],
  )
}

function authorityWarnings({ keyless, ctlog, attestations }: AuthorityDocument, path: Path, value: unknown): Fault[] {
  const secrets = [...path, 'source', 0, 'signaturePullSecrets']
  const pem = valueAt(value, [...path, 'key', 'data'])
  const blocks = typeof pem === 'string' ? countPemBlocks(pem) : 0
  const root = keyless?.trustRootRef ?? ctlog?.trustRootRef ?? DEFAULT_ROOT
  return [
    ...(valueAt(value, secrets) === undefined ? [] : warn(secrets, PULL_SECRETS)),
    ...(blocks > 1 ? warn([...path, 'key', 'data'], `has ${blocks} PEM blocks; only the first counts`) : []),
    ...(keyless?.identities ?? []).flatMap((id, index) =>
      identityWarnings(id, [...path, 'keyless', 'identities', index]),
    ),
    ...(ctlog?.url !== undefined && ctlog.url !== PUBLIC_LOG
      ? warn(
          [...path, 'ctlog', 'url'],
          `is not contacted; entries count if made by a log of the trusted root "${root}"`,
        )
      : []),
    ...(keyless?.['ca-cert'] !== undefined || keyless === undefined
      ? (attestations ?? []).flatMap((one, index) => ageWarnings(one, [...path, 'attestations', index]))
      : []),
    ...(attestations ?? []).flatMap(({ predicateType }, index) =>
      predicateWarnings(predicateType, [...path, 'attestations', index, 'predicateType']),
    ),
  ]
}

/** A certificate lives for minutes; a key signs for years, and anybody can have its signatures stamped. */
function ageWarnings(attestation: object, path: Path): Fault[] {
  if (!('maxAge' in attestation) || attestation.maxAge === undefined) return []
  return warn(
    [...path, 'maxAge'],
    'a key, or a certificate that lives for more than a day, does not tell when it signed: what counts is the earliest log entry or timestamp of the same content that lies on the image',
  )
}

/** Where nobody knows which is the newest, none may be left out of account. */
function newestWarnings({ key, ctlog, rfc3161timestamp, attestations }: AuthorityDocument, path: Path): Fault[] {
  if (key === undefined || ctlog !== undefined || rfc3161timestamp !== undefined) return []
  return (attestations ?? []).flatMap((attestation, index) =>
    CONTENT_RULES.some((rule) => rule in attestation)
      ? warn(
          [...path, 'attestations', index],
          'a key alone does not tell when it signed, so every attestation of this type that it signed must meet this, older ones too; where ctlog or rfc3161timestamp is asked for, only the newest counts',
        )
      : [],
  )
}

function identityWarnings(identity: Identity, path: Path): Fault[] {
  return (['issuer', 'subject'] as const).flatMap((field) => {
    const want: TextMatch = identity[field]
    if ('exact' in want) return []
    const at = [...path, `${field}RegExp`]
    if (acceptsAnyone(want)) return warn(at, `accepts every ${field}`)
    const anchored = want.full || (want.pattern.startsWith('^') && want.pattern.endsWith('$'))
    return anchored ? [] : warn(at, 'matches anywhere in a longer text; begin it with ^ and end it with $')
  })
}

function predicateWarnings(written: string, path: Path): Fault[] {
  const uri = predicateUri(written)
  if (uri === written && URL.canParse(uri)) return []
  const read = uri === written ? '' : ` (read as ${uri})`
  // Upstream's path has no index here.
  const upstreamPath = path.filter((_, index) => index !== path.length - 2)
  return [
    {
      path,
      of: 'value',
      message: invalid(written, `deprecated value, please use RFC 3986 conformant values${read}`)(upstreamPath),
    },
  ]
}

function warn(path: Path, message: string): Fault[] {
  return [{ path, of: 'value', message }]
}
