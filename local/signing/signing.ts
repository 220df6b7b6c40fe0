import { RekorWitness, type Signer, TSAWitness, type Witness } from '@sigstore/sign'
import { endpointsAt, type Witnessed } from '../sigstore/signing-config.ts'
import { keyHint, publicKeyOf, signBytes } from './key.ts'
import { rekor2Witness } from './rekor2-witness.ts'

/** Who signs, what witnesses it, and the name of the key where it is one. */
export type Signing = { readonly signer: Signer; readonly witnesses: Witness[]; readonly hint?: string }
/** A Sigstore by its URL, and which of its services witness. */
export type WitnessedAt = { readonly url: string; readonly witnessed: Witnessed }

/** Signs with a key in PEM; nothing witnesses it unless a Sigstore is given. */
export function withKey(privateKey: string, at?: WitnessedAt): Signing {
  const publicKey = publicKeyOf(privateKey)
  return {
    signer: {
      sign: async (data) => ({
        signature: signBytes(data, privateKey),
        key: { $case: 'publicKey', publicKey },
      }),
    },
    hint: keyHint(publicKey),
    witnesses: at === undefined ? [] : witnesses(at),
  }
}

/** The clients of the witnesses. */
export function witnesses({ url, witnessed }: WitnessedAt): Witness[] {
  const { rekor, rekor2, timestamps } = endpointsAt(url)
  const log = new RekorWitness({ rekorBaseURL: rekor })
  const authority = new TSAWitness({ tsaBaseURL: timestamps })
  switch (witnessed) {
    case 'rekor1':
      return [log]
    case 'rekor1-tsa':
      return [log, authority]
    case 'rekor2':
      return [rekor2Witness(rekor2), authority]
    case 'tsa-only':
      return [authority]
  }
}
