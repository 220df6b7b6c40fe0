import middy from '@middy/core'
import { refreshTrust } from '../refresh-trust.ts'
import { count, log, measure } from '../telemetry.ts'
import { wireRefresher } from '../wire.ts'

const world = await wireRefresher()

/** Each hour: fetches the trusted roots and public keys that policies name, so that no push has to. */
export const handler = middy().handler(async () => {
  const refreshed = await refreshTrust(world)
  if (refreshed.failed > 0) count('TrustFailures', refreshed.failed)
  measure('TrustAge', refreshed.age)
  if (refreshed.named > 0) log('trust refreshed', refreshed)
  return refreshed
})
