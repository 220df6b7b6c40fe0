/** The account and Region everything local belongs to. */
export const ACCOUNT = '000000000000'
export const REGION = 'us-east-1'

/** The name AWS would give a local resource. */
export function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`
}
