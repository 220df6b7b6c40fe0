/** Why a policy text cannot be used. Line is 1-based. */
export class CueRefusal extends Error {
  override name = 'CueRefusal'
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/** Refuses a construct that is CUE, but none that is read here; `cel` is how CEL says the same. */
export function refuse(line: number, construct: string, cel?: string): never {
  const hint = cel === undefined ? '' : `; write a policy of type cel, such as \`${cel}\``
  throw new CueRefusal(line, `${construct} is outside of the CUE that is read here${hint}`)
}
