import type { Operation } from './operation.ts'

const LOGIN_SECONDS = 12 * 3600

/** Gives a password for user AWS that opens the whole registry. */
export const getAuthorizationToken: Operation = async ({ now, tokens, url }) => {
  const password = tokens.issue({ kind: 'login' }, LOGIN_SECONDS)
  return {
    authorizationData: [
      {
        authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
        expiresAt: Math.floor(now().getTime() / 1000) + LOGIN_SECONDS,
        proxyEndpoint: url,
      },
    ],
  }
}
