/** What somebody handed us cannot be used as it is; the message names the thing, the value seen and what is allowed. */
export class BadInput extends Error {
  override readonly name = 'BadInput'
}
