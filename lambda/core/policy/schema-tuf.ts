import * as z from 'zod'
import { decodeBase64 } from './base64.ts'
import { invalid, report } from './rules.ts'
import { text } from './schema-fields.ts'
import { tufRootFault } from './tuf-root.ts'

const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/

/** Where a TUF repository is served: https, and http only on this machine. */
export const mirrorUrl = text.transform((written, ctx) => {
  const url = URL.parse(written)
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))
  if (url !== null && secure && url.username === '' && url.password === '' && url.search === '' && url.hash === '') {
    return url.href.replace(/\/+$/, '')
  }
  report(ctx, () => 'an https URL without credentials and query is allowed, such as https://tuf-repo-cdn.sigstore.dev')
  return z.NEVER
})

/** The root.json a client begins with, base64. */
export const tufRoot = text.transform((written, ctx) => {
  const bytes = decodeBase64(written)
  const fault = bytes === undefined ? 'not base64' : tufRootFault(bytes.toString('utf8'))
  if (bytes !== undefined && fault === undefined) return bytes.toString('base64')
  report(ctx, () => `${fault}; the root.json of the repository is needed here, in base64`)
  return z.NEVER
})

/** The name of the trusted_root.json in the repository. */
export const targetName = text.superRefine((name, ctx) => {
  if (/^[a-zA-Z0-9_][a-zA-Z0-9_./-]{0,199}$/.test(name) && !name.includes('..')) return
  report(ctx, invalid(name, 'a target of the repository is allowed, such as trusted_root.json'))
})

/** What a target is called that nobody named. */
export const DEFAULT_TARGET = 'trusted_root.json'
