import { BadInput } from '../../lambda/core/bad-input.ts'
import { extension } from './certificate.ts'
import { OID, sequence, tlv, utf8 } from './der.ts'
import type { Claims } from './token.ts'

const GITHUB = 'https://github.com/'
const FULCIO_ARC = '1.3.6.1.4.1.57264.1'

// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md: .1 to .6 are raw bytes, from .8 on DER UTF8String
const EXTENSIONS: readonly { readonly arc: number; readonly claim: string; readonly prefix?: string }[] = [
  { arc: 1, claim: 'iss' },
  { arc: 2, claim: 'event_name' },
  { arc: 3, claim: 'sha' },
  { arc: 4, claim: 'workflow' },
  { arc: 5, claim: 'repository' },
  { arc: 6, claim: 'ref' },
  { arc: 8, claim: 'iss' },
  { arc: 9, claim: 'job_workflow_ref', prefix: GITHUB },
  { arc: 10, claim: 'job_workflow_sha' },
  { arc: 11, claim: 'runner_environment' },
  { arc: 12, claim: 'repository', prefix: GITHUB },
  { arc: 13, claim: 'sha' },
  { arc: 14, claim: 'ref' },
  { arc: 15, claim: 'repository_id' },
  { arc: 16, claim: 'repository_owner', prefix: GITHUB },
  { arc: 17, claim: 'repository_owner_id' },
  { arc: 18, claim: 'workflow_ref', prefix: GITHUB },
  { arc: 19, claim: 'workflow_sha' },
  { arc: 20, claim: 'event_name' },
  { arc: 22, claim: 'repository_visibility' },
]
const RUN_INVOCATION_ARC = 21
const LAST_RAW_ARC = 6

/** The subject alternative name that the claims give: a workflow, an e-mail address, or a `sub` that is a URI. */
export function subjectAltName(claims: Claims): Buffer {
  const workflow = text(claims.job_workflow_ref)
  const email = text(claims.email)
  const subject = text(claims.sub)
  if (workflow !== undefined) return san(0x86, GITHUB + workflow)
  if (email !== undefined) return san(0x81, email)
  if (subject?.includes('://')) return san(0x86, subject)
  throw new BadInput('the identity token names nobody: job_workflow_ref, email, or a URI as sub is needed')
}

/** Fulcio's own extensions, one for each claim that is there. */
export function claimExtensions(claims: Claims): Buffer[] {
  const plain = EXTENSIONS.flatMap(({ arc, claim, prefix = '' }) => {
    const value = text(claims[claim])
    return value === undefined ? [] : [claimExtension(arc, prefix + value)]
  })
  const [repository, run, attempt] = [claims.repository, claims.run_id, claims.run_attempt].map(text)
  if (repository === undefined || run === undefined || attempt === undefined) return plain
  return [
    ...plain,
    claimExtension(RUN_INVOCATION_ARC, `${GITHUB}${repository}/actions/runs/${run}/attempts/${attempt}`),
  ]
}

function claimExtension(arc: number, value: string): Buffer {
  return extension(`${FULCIO_ARC}.${arc}`, arc <= LAST_RAW_ARC ? Buffer.from(value, 'utf8') : utf8(value))
}

// The certificate has no subject of its own, so the name is critical (RFC 5280, 4.2.1.6)
function san(tag: number, name: string): Buffer {
  return extension(OID.subjectAltName, sequence(tlv(tag, Buffer.from(name, 'utf8'))), true)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
