import { Command } from 'commander'
import * as z from 'zod'
import { BadInput } from '../../lambda/core/bad-input.ts'
import { type Digest, formatImage, isDigest } from '../../lambda/core/image.ts'
import type { EvidenceStore } from '../../lambda/ports.ts'
import { changesVerdict, type Replayed, replay } from '../../lambda/replay.ts'
import { defaultApi } from '../api-client.ts'
import { evidenceAt } from '../evidence-at.ts'
import { EXIT } from '../exit.ts'
import { keptTranscripts, transcriptOf } from '../kept-transcripts.ts'
import { outputOption } from '../output-option.ts'
import { checkLines } from '../print-checks.ts'

type Options = {
  readonly api: string
  readonly output: string
  readonly rev?: string
  readonly evidence?: string
  readonly all?: boolean
}
type Print = (line: string) => void

/** `assay replay IMAGE`: decides again from kept evidence alone. */
export function replayCommand(): Command {
  return new Command('replay')
    .description(
      'decide again from kept evidence alone, without any registry: exit 0 the same verdict, 1 another one, 2 evidence is missing',
    )
    .argument('[image]', '[HOST/]NAME[:TAG][@DIGEST], or the digest of a transcript')
    .option('--rev <number>', 'a past verdict of the image, by its rev; the newest by default')
    .option('--all', 'replay every kept verdict and list those that this release would change')
    .option('--evidence <place>', 'folder or s3://BUCKET; by default where the installation keeps it')
    .option('--api <url>', 'status API, which knows the transcripts of an image', defaultApi())
    .addOption(outputOption())
    .action(async (image: string | undefined, options: Options) => {
      if ((image === undefined) === (options.all !== true)) throw new BadInput('give an image, or --all')
      const store = await evidenceAt(options.evidence)
      const print: Print = (line) => console.log(line)
      process.exitCode =
        image === undefined ? await replayAll(store, options, print) : await replayOne(store, image, options, print)
    })
}

async function replayOne(store: EvidenceStore, image: string, options: Options, print: Print): Promise<number> {
  const digest = isDigest(image) ? image : await transcriptOf(options.api, image, revOf(options.rev))
  const replayed = await replay(store, digest)
  const { same, now, transcript, undecided } = replayed
  if (options.output === 'json') {
    print(
      JSON.stringify(
        { transcript: digest, image: formatImage(transcript.image), same, was: transcript.verdict, now, undecided },
        null,
        2,
      ),
    )
  } else {
    print(`${formatImage(transcript.image)} ${describe(replayed)}, as judged at ${transcript.now}`)
    for (const line of checkLines(now.checks)) print(line)
  }
  return same ? EXIT.verified : EXIT.failed
}

/** A new release is asked what it would have said of everything that older ones judged. */
async function replayAll(store: EvidenceStore, { api }: Options, print: Print): Promise<number> {
  const counts = { same: 0, changed: 0, incomplete: 0 }
  for await (const { image, rev, transcript } of keptTranscripts(api)) {
    const line = await changeOf(store, transcript)
    counts[line.kind]++
    if (line.kind !== 'same') print(`${image} rev ${rev}: ${line.text}`)
  }
  print(`${counts.same} the same, ${counts.changed} changed, ${counts.incomplete} could not be replayed`)
  return counts.changed + counts.incomplete === 0 ? EXIT.verified : EXIT.failed
}

async function changeOf(store: EvidenceStore, transcript: Digest) {
  try {
    const replayed = await replay(store, transcript)
    return changesVerdict(replayed)
      ? ({ kind: 'changed', text: describe(replayed) } as const)
      : ({ kind: 'same', text: '' } as const)
  } catch (error) {
    // One that cannot be replayed is listed too: it is not known to be the same
    return { kind: 'incomplete', text: error instanceof Error ? error.message : String(error) } as const
  }
}

function describe(replayed: Replayed): string {
  const { transcript, now, same, undecided } = replayed
  if (same) return `${now.outcome}: the same verdict, byte for byte`
  const was = transcript.verdict.outcome
  if (undecided !== undefined) return `was ${was}, now error: ${undecided}`
  return was === now.outcome ? `${was}, as before, for other reasons` : `was ${was}, now ${now.outcome}`
}

function revOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const rev = z.coerce.number().int().positive().safeParse(text)
  if (!rev.success) throw new BadInput(`--rev "${text}" is not a whole number from 1 on`)
  return rev.data
}
