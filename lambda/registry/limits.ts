/** How much of a registry's answer is read, and for how long, before we stop. */
export type Limits = {
  readonly manifestBytes: number
  /** Brackets, colons and commas of one JSON document. */
  readonly jsonSize: number
  readonly tokenBytes: number
  readonly errorBytes: number
  /** Manifests that may refer to one image, and the pages they may come in. */
  readonly referrers: number
  readonly referrerPages: number
  /** Repositories on one page of a list, and tags where each has to be asked for its digest. */
  readonly names: number
  /** Tags on one page that come with their digests. */
  readonly tags: number
  readonly redirects: number
  /** One exchange from the first byte sent to the last byte read, redirects included; of a stream, the headers, and each wait for more. */
  readonly deadlineMs: number
}

/** The distribution spec asks registries to take manifests of 4 MiB; the rest is far above what honest registries send. */
export const LIMITS: Limits = {
  manifestBytes: 4 * 1024 * 1024,
  jsonSize: 100_000,
  tokenBytes: 64 * 1024,
  errorBytes: 64 * 1024,
  referrers: 1_000,
  referrerPages: 10,
  names: 100,
  tags: 1_000,
  redirects: 2,
  deadlineMs: 10_000,
}
