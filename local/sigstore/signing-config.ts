/** Where the services of one Sigstore answer. */
export type Endpoints = {
  readonly fulcio: string
  readonly rekor: string
  readonly rekor2: string
  readonly timestamps: string
  readonly ct: string
}

/** What witnesses a signature: a log of either version, a timestamp authority, or both. */
export type Witnessed = 'rekor1' | 'rekor1-tsa' | 'rekor2' | 'tsa-only'
export const WITNESSED: readonly Witnessed[] = ['rekor1', 'rekor1-tsa', 'rekor2', 'tsa-only']

/** The services of a Sigstore that answers at this URL. */
export function endpointsAt(url: string): Endpoints {
  return {
    fulcio: url,
    rekor: url,
    rekor2: `${url}/r2`,
    timestamps: `${url}/api/v1/timestamp`,
    ct: `${url}/ct`,
  }
}

/** The signing config that makes cosign (`--signing-config`) and sigstore-js sign here. */
export function signingConfig(kind: Witnessed, endpoints: Endpoints, validFrom: Date): unknown {
  const service = (url: string, majorApiVersion = 1) => ({
    url,
    majorApiVersion,
    validFor: { start: validFrom.toISOString() },
    operator: 'assay-private-sigstore',
  })
  const logs = {
    rekor1: [service(endpoints.rekor)],
    'rekor1-tsa': [service(endpoints.rekor)],
    rekor2: [service(endpoints.rekor2, 2)],
    'tsa-only': [],
  }[kind]
  // Rekor v2 gives no time of its own, so a timestamp has to come from an authority
  const authorities = kind === 'rekor1' ? [] : [service(endpoints.timestamps)]
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: [service(endpoints.fulcio)],
    oidcUrls: [],
    ...(logs.length > 0 && { rekorTlogUrls: logs, rekorTlogConfig: { selector: 'ANY' } }),
    ...(authorities.length > 0 && { tsaUrls: authorities, tsaConfig: { selector: 'ANY' } }),
  }
}
