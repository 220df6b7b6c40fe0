/** The same evidence under the same demand, judged twice. */
export type Observation = {
  readonly name: string
  /** What was asked for: the image's own signature, or an attestation. */
  readonly asked: 'signature' | 'attestation'
  /** The kind of key that the demand names, as OpenSSL calls it; none where it asks for a certificate. */
  readonly key?: string
  /** Kinds of log entries in it, as `intoto/0.0.1`. */
  readonly entries: readonly string[]
  /** Would Assay accept the bundle if its timestamps were left out? */
  readonly unstamped?: boolean
  readonly assay: Answer
  readonly cosign: Answer
}

/** Yes or no, and the reason in the tool's own words. */
export type Answer = { readonly accepts: boolean; readonly message: string }
