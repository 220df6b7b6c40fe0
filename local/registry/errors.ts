// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  PAGINATION_NUMBER_INVALID: 400,
  SIZE_INVALID: 413,
  TAG_INVALID: 400,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
} as const

/** A refusal in the words of the distribution spec. */
export class OciError extends Error {
  override readonly name = 'OciError'
  readonly code: keyof typeof STATUS
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: keyof typeof STATUS,
    message: string,
    more: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.code = code
    this.status = more.status ?? STATUS[code]
    this.headers = more.headers ?? {}
  }
}

/** A refusal in the words of the ECR API; `type` is the name the AWS SDK gives the exception. */
export class EcrError extends Error {
  override readonly name = 'EcrError'
  readonly type: string
  /** What else the exception tells, by the names the SDK reads. */
  readonly members: Readonly<Record<string, unknown>>

  constructor(type: string, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.type = type
    this.members = members
  }
}
