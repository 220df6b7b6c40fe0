import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { Misconfigured } from '../lambda/errors.ts'

/** A request to the status API on AWS. */
export type ApiRequest = { readonly method: string; readonly url: URL; readonly body?: string }

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
const API_GATEWAY = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/

/** The headers that sign a request with the caller's AWS credentials, as the API on AWS asks for; none for the local stack. */
export async function signatureFor(
  { method, url, body }: ApiRequest,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Record<string, string>> {
  // No credentials go to what is not AWS: behind a name of one's own, AWS_REGION says that it is
  const region = API_GATEWAY.exec(url.hostname)?.[1] ?? (isOwnName(url, env) ? env.AWS_REGION : undefined)
  if (region === undefined) return {}
  const signer = new SignatureV4({ credentials: defaultProvider(), region, service: 'execute-api', sha256: Sha256 })
  const { headers } = await signer
    .sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host },
      ...(body !== undefined && { body }),
    })
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new Misconfigured(
        `the status API at ${url.host} takes signed requests, and there are no AWS credentials: ${why}`,
      )
    })
  // fetch names the host itself
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'host'))
}

function isOwnName(url: URL, { ASSAY_API_SIGNED }: NodeJS.ProcessEnv): boolean {
  return url.protocol === 'https:' && ASSAY_API_SIGNED === '1'
}
