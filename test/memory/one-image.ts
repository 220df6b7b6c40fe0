import type { Digest } from '../../lambda/core/image.ts'
import type { Kept, Transcript } from '../../lambda/core/transcript.ts'
import { judge } from '../../lambda/pipeline.ts'
import { signStatement } from '../../local/signing/bundle.ts'
import { withKey } from '../../local/signing/signing.ts'
import { attestation } from '../../local/signing/statement.ts'
import { attach, runnable } from './images.ts'
import { replayAll } from './replay-all.ts'
import { story } from './story.ts'
import { KEYS, memory, NAME, policies } from './world.ts'

const TESTS = 'https://acme.example/tests'
/** Of the one authority of a policy: tests must be attested, and more than 9 of them passed. */
export const ATTESTED = `      attestations:
        - { name: tests, predicateType: "${TESTS}", policy: { type: cel, data: "predicate.passed > 9" } }\n`

/** An image in a world of its own, and what is done to it. */
export async function oneImage(set = policies()) {
  const outside = await memory({ policies: set })
  const its = story(outside)
  const digest = its.push(runnable('app'), 'v1')
  const id = its.id(digest)
  const attest = async (passed: number) => {
    const statement = attestation({ digest, predicateType: TESTS, predicate: { passed } })
    return attach(outside.registry, NAME, digest, await signStatement(statement, withKey(KEYS.privateKey)))
  }
  /** Judges it again, and replays every verdict there is. */
  const again = async (of = outside.world) => {
    const record = await judge(of, id)
    await replayAll(outside.world.store, outside.world.evidence)
    return record
  }
  const keptBy = (transcript: Digest | undefined): Kept | undefined => {
    const bytes = outside.kept.get(transcript!)!
    return (JSON.parse(Buffer.from(bytes).toString()) as Transcript).kept
  }
  const remove = (reference: string) => outside.registry.remove(NAME, reference)
  return { ...its, outside, digest, id, attest, again, keptBy, remove }
}
