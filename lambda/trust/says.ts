import { digestOf } from '../core/digest-of.ts'
import { type Says, SIGN_V1 } from '../core/evidence.ts'
import type { Digest } from '../core/image.ts'
import { isObject } from '../core/is-object.ts'
import { parseJson } from './json.ts'
import { Rejection } from './rejection.ts'
import type { SignedContent } from './signed-content.ts'

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const STATEMENT_TYPES: readonly unknown[] = ['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1']
const SIMPLE_SIGNING_TYPE = 'cosign container image signature'
const MAX_SUBJECTS = 1024
/** A signature over the manifest itself says nothing beside. */
const BARE: Says = { kind: 'signature', annotations: {}, names: [] }

/** What signed content says about the image; turned away where it speaks of another one. Called once the signature is verified. */
export function readSays(content: SignedContent, image: Digest): Says {
  if (content.kind === 'dsse') return readStatement(content.payloadType, content.payload, image)
  if (content.kind === 'message') return readMessage(content.bytes, image)
  if (`${content.hash}:${content.digest.toString('hex')}` === image) return BARE
  throw new Rejection('subject-mismatch', 'the signature is for other bytes than the manifest of the image')
}

function readStatement(payloadType: string, payload: Uint8Array, image: Digest): Says {
  if (payloadType !== PAYLOAD_TYPE) throw new Rejection('predicate-malformed', `payload type ${payloadType}`)
  const statement = parseSigned(payload, 'the statement')
  if (!STATEMENT_TYPES.includes(statement._type)) {
    throw new Rejection('predicate-malformed', 'the signed payload is not an in-toto statement v0.1 or v1')
  }
  const { subject, predicateType } = statement
  if (typeof predicateType !== 'string' || predicateType === '' || !Array.isArray(subject)) {
    throw new Rejection('predicate-malformed', 'the statement lacks subject or predicateType')
  }
  if (subject.length > MAX_SUBJECTS) {
    throw new Rejection('over-limit', `${subject.length} subjects; at most ${MAX_SUBJECTS} are read`)
  }
  const about = subject.filter(isObject).filter((one) => subjectDigest(one) === image)
  const [first] = about
  if (first === undefined) throw new Rejection('subject-mismatch', 'the statement is about another image')
  const names = namesIn(about.map(({ name }) => name))
  if (predicateType === SIGN_V1) return { kind: 'signature', annotations: texts(first.annotations), names }
  return { kind: 'attestation', predicateType, names, payload }
}

function subjectDigest({ digest: digests }: Readonly<Record<string, unknown>>): string | undefined {
  return isObject(digests) && typeof digests.sha256 === 'string' ? `sha256:${digests.sha256}` : undefined
}

/** Either the manifest of the image itself, or cosign's simple signing payload that names it. */
function readMessage(bytes: Uint8Array, image: Digest): Says {
  if (digestOf(bytes) === image) return BARE
  const { critical, optional } = parseSigned(bytes, 'the signed payload')
  if (!isObject(critical) || critical.type !== SIMPLE_SIGNING_TYPE || !isObject(critical.image)) {
    throw new Rejection('predicate-malformed', 'the signed payload is not a container image signature')
  }
  if (critical.image['docker-manifest-digest'] !== image) {
    throw new Rejection('subject-mismatch', 'the signature is for another image')
  }
  const { identity } = critical
  const names = namesIn([isObject(identity) ? identity['docker-reference'] : undefined])
  return { kind: 'signature', annotations: texts(optional), names }
}

function namesIn(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((value) => typeof value === 'string' && value !== ''))] as string[]
}

function parseSigned(bytes: Uint8Array, what: string): Readonly<Record<string, unknown>> {
  const json = parseJson(bytes, what)
  if (!isObject(json)) throw new Rejection('predicate-malformed', `${what} is not a JSON object`)
  return json
}

function texts(value: unknown): Record<string, string> {
  const entries = isObject(value) ? Object.entries(value) : []
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
