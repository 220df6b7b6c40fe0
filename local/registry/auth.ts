import type { Context } from './context.ts'
import { OciError } from './errors.ts'
import { type Call, json, type Reply } from './http.ts'
import type { Grant, Scope } from './tokens.ts'

/** What somebody wants to do: `ping` is being known at all, `list` the catalog, the others are on a repository. */
export type Wanted =
  | { readonly action: 'ping' }
  | { readonly action: 'list' }
  | { readonly action: 'pull' | 'push' | 'delete'; readonly repository: string }

/** A question to the `authorize` option; user and password are absent for anonymous callers. */
export type Access = Wanted & { readonly user?: string; readonly password?: string }

type Login = { readonly user?: string; readonly password?: string }

const TOKEN_SECONDS = 300
const CATALOG = 'registry:catalog:*'

/** Whether the caller may do this. */
export function allows(context: Context, call: Call, wanted: Wanted): boolean {
  const { authorize, tokens } = context
  if (authorize === undefined) return true
  const bearer = /^bearer (.+)$/i.exec(call.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return grants(tokens.read(bearer), wanted)
  const login = loginOf(call)
  if (login.user === 'AWS' && tokens.read(login.password ?? '')?.kind === 'login') return true
  return authorize({ ...wanted, ...login })
}

/** Throws what asks the caller to log in, or denies it for good, unless it may do this. */
export function demand(context: Context, call: Call, wanted: Wanted): void {
  if (allows(context, call, wanted)) return
  const isBasic = loginOf(call).user !== undefined
  if (isBasic && wanted.action !== 'ping' && allows(context, call, { action: 'ping' })) {
    throw new OciError('DENIED', `this user may not ${wanted.action} here`)
  }
  throw new OciError('UNAUTHORIZED', `log in to ${wanted.action}`, { headers: challenge(context, wanted) })
}

/** The token endpoint. https://distribution.github.io/distribution/spec/auth/token/ */
export function tokenReply(context: Context, call: Call): Reply {
  const { authorize, tokens } = context
  const login = loginOf(call)
  const known = authorize === undefined || authorize({ action: 'ping', ...login })
  if (!known && login.user !== undefined) throw new OciError('UNAUTHORIZED', 'user or password is wrong')
  const access = call.query
    .getAll('scope')
    .flatMap((scopes) => scopes.split(' '))
    .flatMap((scope) => grantedScope(context, login, scope))
  const token = tokens.issue({ kind: 'access', access }, TOKEN_SECONDS)
  return json(200, { token, access_token: token, expires_in: TOKEN_SECONDS, issued_at: context.now().toISOString() })
}

function grantedScope({ authorize }: Context, login: Login, scope: string): Scope[] {
  const [type = '', name = '', actions = ''] = scope.split(':')
  const may = (wanted: Wanted) => authorize === undefined || authorize({ ...wanted, ...login })
  if (scope === CATALOG) return may({ action: 'list' }) ? [{ type, name, actions: ['*'] }] : []
  if (type !== 'repository') return []
  const asked = actions.split(',')
  const granted = (['pull', 'push', 'delete'] as const).filter(
    (action) => (asked.includes(action) || asked.includes('*')) && may({ action, repository: name }),
  )
  return granted.length === 0 ? [] : [{ type, name, actions: granted }]
}

function grants(grant: Grant | undefined, wanted: Wanted): boolean {
  if (grant?.kind === 'login') return true
  if (grant?.kind !== 'access') return false
  if (wanted.action === 'ping') return true
  if (wanted.action === 'list') return grant.access.some(({ type }) => type === 'registry')
  const { action, repository } = wanted
  return grant.access.some(
    ({ type, name, actions }) => type === 'repository' && name === repository && actions.includes(action),
  )
}

function loginOf(call: Call): Login {
  const encoded = /^basic (.+)$/i.exec(call.headers.authorization ?? '')?.[1]
  if (encoded === undefined) return {}
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? {} : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

function challenge({ url, challenge: kind }: Context, wanted: Wanted): Record<string, string> {
  const service = new URL(url).host
  if (kind === 'basic') return { 'www-authenticate': `Basic realm="${url}/",service="${service}"` }
  const scope = scopeOf(wanted)
  const asked = scope === undefined ? '' : `,scope="${scope}"`
  return { 'www-authenticate': `Bearer realm="${url}/token",service="${service}"${asked}` }
}

function scopeOf(wanted: Wanted): string | undefined {
  switch (wanted.action) {
    case 'ping':
      return undefined
    case 'list':
      return CATALOG
    case 'push':
      return `repository:${wanted.repository}:pull,push`
    case 'pull':
    case 'delete':
      return `repository:${wanted.repository}:${wanted.action}`
  }
}
