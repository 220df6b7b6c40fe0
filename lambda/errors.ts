/** Something we depend on did not answer; trying again later may help. Never a verdict. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
  readonly service: string

  constructor(service: string, message: string, options?: ErrorOptions) {
    super(`${service}: ${message}`, options)
    this.service = service
  }
}

/** What was asked for is there, and nobody can pull it: it is archived, or being restored. */
export class Archived extends Unavailable {
  /** Tag or digest by which it was asked for. */
  readonly reference: string

  constructor(service: string, name: string, reference: string) {
    super(service, `"${name}": ${reference} is archived, or being restored`)
    this.reference = reference
  }
}

/** What was asked for is archived; any other error is thrown on. */
export function asArchived(error: unknown): 'archived' {
  if (error instanceof Archived) return 'archived'
  throw error
}

/** The installation itself is wrong (policy, environment, permission): only a person can mend it. */
export class Misconfigured extends Error {
  override readonly name = 'Misconfigured'
}

/** What was read is larger, longer or deeper than we are willing to read. Never a verdict, never a quarantine. */
export class OverLimit extends Error {
  override readonly name = 'OverLimit'
}

/** What another try may mend. So may it an answer without end, which is read no further than a limit. */
export function isOutage(error: unknown): error is Error {
  return error instanceof Unavailable || error instanceof Misconfigured || error instanceof OverLimit
}

/** Kept evidence is not there, or is not what it was: a replay says so, and never fills the gap. */
export class Incomplete extends Error {
  override readonly name = 'Incomplete'
}
