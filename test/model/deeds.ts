import type { Digest } from '../../lambda/core/image.ts'
import { NAME } from '../memory/world.ts'
import { BAD, GOOD, IMAGES } from './cast.ts'
import { event } from './event.ts'
import type { Ledger } from './ledger.ts'
import type { Deed } from './situation.ts'
import type { State } from './state.ts'

/** Deeds that are done at once; what is asked of the API is work of its own. */
type Happens = Exclude<Deed, { readonly do: 'waive' | 'revoke' }>

/** What people do to the registry and to the policies, and the event of it. */
export function newDeeds({ read, outside, write, enqueue }: Ledger) {
  return function deed(state: State, what: Happens): State {
    if (what.do === 'stricter') return { ...state, rules: 'stricter' }
    const digest = IMAGES[what.image]
    const shelf = outside.shelf(state.registry)
    const witness = read.witness(state)
    const put = (manifest: Digest, tags = shelf.tags): State => {
      const manifests = [...new Set([...shelf.manifests, manifest])]
      return { ...state, registry: outside.numberOfShelf({ manifests, tags }) }
    }
    if (what.do === 'push') {
      const { tag } = what
      const pushed = { ...witness.pushed, [tag]: [...(witness.pushed[tag] ?? []), digest] }
      const after = write(put(digest, { ...shelf.tags, [tag]: digest }), { witness: { ...witness, pushed } })
      return enqueue(after, event(state, { kind: 'push', name: NAME, digest, tag }))
    }
    const signature = (what.do === 'sign' ? GOOD : BAD)[what.image]
    const signed = what.do === 'sign' ? { ...witness.signed, [digest]: state.clock } : witness.signed
    const after = write(put(signature), { witness: { ...witness, signed } })
    return enqueue(after, event(state, { kind: 'push', name: NAME, digest: signature }))
  }
}
