import { Misconfigured, Unavailable } from '../errors.ts'
import type { Answer } from './exchange.ts'
import { jsonObject } from './json-object.ts'

/** What was asked for, for people to recognise it. */
export type Asked = {
  readonly service: string
  readonly name: string
  /** The part of the repository that was asked for, as `manifests/latest`. */
  readonly path: string
  /** Who asked, for people. */
  readonly who: string
  /** It is a list that registries may be without. */
  readonly optional?: boolean
}

// The spec says 404; registries older than the list say other things, or send us to a web page
const NO_LIST = [400, 404, 405, 406]

/** What an answer other than 200 means: undefined for absent, else it throws. The one place where statuses are read. */
export function absentOrThrow(answer: Answer, { service, name, path, who, optional }: Asked): undefined {
  const { status, stranger } = answer
  const said = [status, errorCode(answer.bytes)].filter(Boolean).join(' ')
  if (optional && NO_LIST.includes(status)) return undefined
  // A storage host that the registry sent us to cannot say that the registry lacks something
  if (stranger) throw new Unavailable(service, `${path} of "${name}": the host redirected to answered ${said}`)
  if (status === 404) return undefined
  if (status === 401 || status === 403) {
    throw new Misconfigured(
      `${service} does not let ${who} read repository "${name}" (${said}): pull permission is needed, or there is no such repository`,
    )
  }
  throw new Unavailable(service, `${path} of "${name}": answered ${said}`)
}

/** The first code of a registry's error body. Distribution spec, "Error Codes" */
function errorCode(bytes: Uint8Array): string | undefined {
  const errors = jsonObject(bytes)?.errors
  const code: unknown = Array.isArray(errors) ? errors[0]?.code : undefined
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : undefined
}
