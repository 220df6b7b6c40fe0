import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Proof } from '../../lambda/core/evidence.ts'
import { IMAGE, prove, SLSA, signEnvelope, signMessage, statement } from './bundles.ts'
import { NOW, newPki } from './pki.ts'

const pki = newPki()
const BUNDLES = {
  'an envelope logged in Rekor v1': { bundle: signEnvelope(pki, statement(SLSA), { stamp: NOW }).bundle },
  'an envelope logged in Rekor v2': {
    bundle: signEnvelope(pki, statement(), { log: 'hashedrekord/0.0.2', stamp: NOW }).bundle,
  },
  'an envelope logged as intoto 0.0.1': { bundle: signEnvelope(pki, statement(), { log: 'intoto/0.0.1' }).bundle },
  'a message': { bundle: signMessage(pki).bundle, artifact: IMAGE },
}

type Path = readonly (string | number)[]
type Mutation = { readonly at: number; readonly how: (value: unknown) => unknown }

/** Every place in a JSON value. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value)
  return [path, ...keys.flatMap((key) => pathsOf((value as Record<string, unknown>)[key], [...path, key]))]
}

function mutated(value: unknown, path: Path, how: (value: unknown) => unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return how(value)
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>
  copy[key] = mutated(copy[key], rest, how)
  return copy
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  how: fc.oneof(
    fc.constant(() => undefined),
    fc.jsonValue({ maxDepth: 2 }).map((junk) => () => junk),
    // One bit of what is base64 in most places
    fc.nat().map((place) => (value: unknown) => {
      if (typeof value !== 'string' || value === '') return [value]
      const bytes = Buffer.from(value, 'base64')
      if (bytes.length === 0) return `${value}0`
      const index = place % bytes.length
      bytes[index] = bytes[index]! ^ (1 << (place % 8))
      return bytes.toString('base64')
    }),
    fc
      .nat()
      .map((length) => (value: unknown) => (typeof value === 'string' ? value.slice(0, length % value.length) : value)),
  ),
})

describe.each(Object.entries(BUNDLES))('%s, spoiled in any way', (_, { bundle, ...more }) => {
  const paths = pathsOf(bundle)
  const original = prove(pki, bundle, undefined, more)

  it('is good before', () => {
    expect(original).toMatchObject({ ok: true })
  })

  it('is turned away with a reason, or still says what was signed', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        const spoiled = mutations.reduce<unknown>((json, { at, how }) => {
          const known = pathsOf(json)
          return mutated(json, known[at % known.length] ?? paths[0]!, how)
        }, bundle)
        const proof: Proof = prove(pki, { kind: 'bundle', bundle: spoiled, ...more })
        if (proof.ok) expect(timeless(proof)).toEqual(timeless(original))
        else expect(proof.detail).toMatch(/^[\x20-\x7e]{1,300}$/)
      }),
      { numRuns: Number(process.env.ASSAY_MUTANTS ?? 150), seed: 20260301 },
    )
  })
})

/** Without the time: whoever attaches a bundle may leave out one of two trusted times, and so change which is the earliest. */
function timeless(proof: Proof): unknown {
  return proof.ok ? { says: proof.says, signer: { ...proof.signer, signedAt: undefined } } : proof
}
