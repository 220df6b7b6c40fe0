import type { Bundle, TransparencyLogEntry } from '@sigstore/bundle'
import { isOfKnownAuthority } from './timestamp-authority.ts'
import type { Trust } from './trust.ts'

/**
 * What the demand does not ask for is left out, as if it were not there: whoever attached the bundle could have left it out too.
 * Only a certificate always needs a trusted time, from a log or from a timestamp authority.
 */
export function partsThatCount(bundle: Bundle, trust: Trust): Bundle {
  const { verificationMaterial } = bundle
  const { tlogEntries, timestampVerificationData } = verificationMaterial
  const rfc3161Timestamps = stampsThatCount(timestampVerificationData?.rfc3161Timestamps ?? [], trust)
  return {
    ...bundle,
    verificationMaterial: {
      ...verificationMaterial,
      tlogEntries: entriesThatCount(tlogEntries, trust),
      timestampVerificationData: { rfc3161Timestamps },
    },
  }
}

type Entries = Bundle['verificationMaterial']['tlogEntries']
type Stamps = { signedTimestamp: Buffer }[]

function entriesThatCount(entries: Entries, { signer, material, log }: Trust): Entries {
  if (log > 0) return entries
  if (!isWindowed(signer)) return []
  // A key with a window is judged by the times that logs of the root vouch for; of others nothing is known
  const isTimed = ({ logId, inclusionPromise }: TransparencyLogEntry) => {
    return inclusionPromise !== undefined && material.tlogs.some(({ logID }) => logID.equals(logId.keyId))
  }
  return (entries as TransparencyLogEntry[]).filter(isTimed) as Entries
}

function stampsThatCount(stamps: Stamps, { signer, material, timestamp }: Trust): Stamps {
  const known = material.timestampAuthorities
  if (timestamp > 0 || (signer.kind === 'certificate' && known.length > 0)) return stamps
  if (!isWindowed(signer)) return []
  return stamps.filter(({ signedTimestamp }) => isOfKnownAuthority(signedTimestamp, known))
}

function isWindowed(signer: Trust['signer']): boolean {
  return signer.kind === 'key' && signer.window !== undefined
}
