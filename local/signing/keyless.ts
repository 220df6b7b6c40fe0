import { FulcioSigner } from '@sigstore/sign'
import { type Claims, identityToken } from '../sigstore/token.ts'
import { type Signing, type WitnessedAt, witnesses } from './signing.ts'

/** Signs as the bearer of these claims, with a fresh key that the Sigstore's Fulcio certifies. */
export function keyless(claims: Claims, at: WitnessedAt): Signing {
  const token = identityToken(claims)
  const identityProvider = { getToken: async () => token }
  return { signer: new FulcioSigner({ fulcioBaseURL: at.url, identityProvider }), witnesses: witnesses(at) }
}
