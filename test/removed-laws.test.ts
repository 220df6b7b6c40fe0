import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Digest } from '../lambda/core/image.ts'
import { setOf } from './core/policy/documents.ts'
import { ATTESTED, oneImage } from './memory/one-image.ts'
import { signedPolicy } from './memory/world.ts'

type Piece = 'signature' | 'good' | 'bad'

/** What lies beside an image by now, and how it comes and goes. */
function shelf({ sign, attest, remove, digest }: Awaited<ReturnType<typeof oneImage>>) {
  const there: { readonly piece: Piece; readonly at: Digest }[] = []
  const put = (piece: Piece) => (piece === 'signature' ? sign(digest) : attest(piece === 'good' ? 10 : 9))
  return {
    pieces: (): readonly Piece[] => there.map(({ piece }) => piece),
    change: async (piece: Piece, comes: boolean) => {
      if (comes) there.push({ piece, at: await put(piece) })
      const at = comes ? -1 : there.findIndex((one) => one.piece === piece)
      for (const gone of at < 0 ? [] : there.splice(at, 1)) remove(gone.at)
    },
  }
}

it('an image is verified by what is there, or by that and what it was last verified by, and then it is told of', async () => {
  const set = setOf(signedPolicy('content', ATTESTED), signedPolicy('signed'))
  const isEnough = (pieces: readonly Piece[]) =>
    pieces.includes('signature') && pieces.includes('good') && !pieces.includes('bad')
  const pieces = fc.constantFrom<Piece>('signature', 'good', 'good', 'signature', 'bad')
  const seen = { alone: 0, saved: 0, lost: 0 }
  const story = fc.array(fc.tuple(pieces, fc.boolean()), { minLength: 4, maxLength: 16 })
  await fc.assert(
    fc.asyncProperty(story, async (changes) => {
      const its = await oneImage(set)
      const { pieces: there, change } = shelf(its)
      let verifiedBy: readonly Piece[] | undefined
      for (const [piece, comes] of changes) {
        await change(piece, comes)
        const isAlone = isEnough(there())
        const isSaved = !isAlone && verifiedBy !== undefined && isEnough([...there(), ...verifiedBy])
        seen[isAlone ? 'alone' : isSaved ? 'saved' : 'lost']++
        verifiedBy = isAlone ? there() : isSaved ? verifiedBy : undefined
        const record = await its.again()
        const isTold = record?.checks.some(({ reason }) => reason === 'evidence-removed')
        expect([record?.state === 'verified', isTold]).toEqual([isAlone || isSaved, isSaved])
      }
    }),
    { numRuns: 60 },
  )
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10)
})
