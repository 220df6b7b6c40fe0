import type { Proof } from '../evidence.ts'
import type { DenyList } from '../policy/policy.ts'
import { matchesIdentity } from './identity.ts'

type Signed = Pick<Extract<Proof, { readonly ok: true }>, 'signer' | 'path'>

/** Which deny list turns a signer away, for what and why, as text for people; undefined where none does. */
export function denialOf(lists: readonly DenyList[] = [], signed: Signed): string | undefined {
  for (const { name, message, ...denied } of lists) {
    const what = deniedIn(denied, signed)
    if (what === undefined) continue
    return `DenyList ${name} denies ${what}${message === undefined ? '' : `: ${message}`}`
  }
  return undefined
}

type Denied = Pick<DenyList, 'identities' | 'certificates' | 'keys'>

function deniedIn({ identities, certificates, keys }: Denied, { signer, path = [] }: Signed): string | undefined {
  if (signer.kind === 'key') return keys.includes(signer.key) ? 'this key' : undefined
  for (const { certificate, key } of path) {
    if (certificates.includes(certificate)) return `certificate ${certificate}`
    if (keys.includes(key)) return `key ${key} of certificate ${certificate}`
  }
  return matchesIdentity(identities, signer) ? 'this identity' : undefined
}
