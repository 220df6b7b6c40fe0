import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Digest } from '../../lambda/core/image.ts'

/** What a token lets its bearer do. */
export type Grant =
  /** Some actions on some repositories: what the token endpoint gives. */
  | { readonly kind: 'access'; readonly access: readonly Scope[] }
  /** Everything, as a password: what GetAuthorizationToken gives. */
  | { readonly kind: 'login' }
  /** One blob, as a link: what GetDownloadUrlForLayer gives. */
  | { readonly kind: 'layer'; readonly name: string; readonly digest: Digest }

/** An entry of a token's scope. https://distribution.github.io/distribution/spec/auth/scope/ */
export type Scope = { readonly type: string; readonly name: string; readonly actions: readonly string[] }

type Signed = { readonly grant: Grant; readonly until: number }

/** Issues and reads signed, expiring tokens. The key lives as long as the process: old tokens end with it. */
export function createTokens(now: () => Date) {
  const key = randomBytes(32)
  const sign = (payload: string) => createHmac('sha256', key).update(payload).digest()

  return {
    issue(grant: Grant, seconds: number): string {
      const signed: Signed = { grant, until: now().getTime() + seconds * 1000 }
      const payload = Buffer.from(JSON.stringify(signed)).toString('base64url')
      return `${payload}.${sign(payload).toString('base64url')}`
    },

    /** The grant of a token we issued, unless it has expired. */
    read(token: string): Grant | undefined {
      const [payload = '', signature = ''] = token.split('.')
      const given = Buffer.from(signature, 'base64url')
      const wanted = sign(payload)
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined
      const { grant, until } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Signed
      return until > now().getTime() ? grant : undefined
    },
  }
}

/** The tokens of a running registry. */
export type Tokens = ReturnType<typeof createTokens>
