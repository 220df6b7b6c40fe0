import { jsonObject } from '../core/json-object.ts'
import { Misconfigured, Unavailable } from '../errors.ts'
import type { Answer } from './exchange.ts'

/** What we may do in a repository. */
export type Right = 'pull' | 'push'

/** What was asked for, for people to recognise it. */
export type Asked = {
  readonly service: string
  readonly name: string
  /** The part of the repository that was asked for, as `manifests/latest`. */
  readonly path: string
  /** Who asked, for people. */
  readonly who: string
  readonly right: Right
  /** It is a list that registries may be without. */
  readonly optional?: boolean
}

// The spec says 404; registries older than the list say other things, or send us to a web page
const NO_LIST = [400, 404, 405, 406]

// Amazon ECR; Harbor. What others say of an immutable tag (DENIED, MANIFEST_INVALID) they say of other things as well
const IMMUTABLE = ['400 TAG_INVALID', '412 PRECONDITION']

/** Whether a registry says that it has taken what we put; the spec says 201. */
export function saysPut({ status }: Answer): boolean {
  return status === 200 || status === 201 || status === 202
}

/** Whether a registry says that it does not move a tag because tags are immutable. */
export function saysImmutable(answer: Answer): boolean {
  return IMMUTABLE.includes(saidBy(answer))
}

/** What an answer that was not wanted means: undefined for absent, else it throws. The one place where statuses are read. */
export function absentOrThrow(answer: Answer, { service, name, path, who, right, optional }: Asked): undefined {
  const { status, stranger } = answer
  const said = saidBy(answer)
  if (optional && NO_LIST.includes(status)) return undefined
  // A storage host that the registry sent us to cannot say that the registry lacks something
  if (stranger) throw new Unavailable(service, `${path} of "${name}": the host redirected to answered ${said}`)
  if (status === 404) return undefined
  if (status === 401 || status === 403) {
    throw new Misconfigured(
      `${service} turns ${who} away from repository "${name}" (${said}): ${right} permission is needed, or there is no such repository`,
    )
  }
  throw new Unavailable(service, `${path} of "${name}": answered ${said}`)
}

function saidBy({ status, bytes }: Answer): string {
  return [status, errorCode(bytes)].filter(Boolean).join(' ')
}

/** The first code of a registry's error body. Distribution spec, "Error Codes" */
function errorCode(bytes: Uint8Array): string | undefined {
  const errors = jsonObject(bytes)?.errors
  const code: unknown = Array.isArray(errors) ? errors[0]?.code : undefined
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : undefined
}
