import { createPublicKey } from 'node:crypto'
import { matchesIdentity } from '../../lambda/core/checks/identity.ts'
import { digestOf } from '../../lambda/core/digest-of.ts'
import { Misconfigured } from '../../lambda/errors.ts'
import type { Artifact } from '../../lambda/trust/artifact.ts'
import { publicGoodRoot } from '../../lambda/trust/public-good.ts'
import { faultOf } from '../../lambda/trust/rejection.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import { readSays } from '../../lambda/trust/says.ts'
import type { Trust } from '../../lambda/trust/trust.ts'
import { verifyBundle } from '../../lambda/trust/verify-bundle.ts'
import type { Case } from './case.ts'

/** Why a case is turned away, as the product would: by its trusted root, its bundle, what is signed, or who signed. Undefined: accepted. */
export function judge(one: Case, artifact: Artifact): string | undefined {
  try {
    const { signer, content } = verifyBundle({ bundle: JSON.parse(one.bundle) as unknown, artifact }, trustOf(one))
    readSays(content, digestOf(one.artifact))
    if ('pem' in one.signer || signer.kind === 'key') return undefined
    return matchesIdentity([one.signer.identity], signer) ? undefined : 'another identity'
  } catch (thrown) {
    if (thrown instanceof Misconfigured) return thrown.message
    const { fault, detail } = faultOf(thrown)
    return `${fault}: ${detail}`
  }
}

function trustOf({ signer, root }: Case): Trust {
  const material = trustMaterials({ root: root === undefined ? publicGoodRoot() : JSON.parse(root) }).get('root')
  if (material === undefined) throw new Misconfigured('no trusted root')
  const asked: Trust['signer'] =
    'pem' in signer
      ? { kind: 'key', key: createPublicKey(signer.pem), hash: 'sha256' }
      : { kind: 'certificate', hash: 'sha256', sct: true, authorities: material.authorities, fulcio: true }
  return { signer: asked, material, log: 1, timestamp: 0 }
}
