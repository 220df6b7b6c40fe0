import type { Alert } from '../core/alert.ts'
import type { Replaced } from '../core/bases/standing.ts'
import type { AlertEvent, DerivedImage } from '../core/status.ts'
import type { Waiver } from '../core/waiver.ts'
import type { Channel } from './channel.ts'
import { plainText } from './plain-text.ts'
import { TAG_OUTCOMES } from './tag-outcomes.ts'

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: ASCII, no line breaks, at most 100 characters
const SUBJECT_LIMIT = 100

const HEADLINES: Readonly<Record<AlertEvent, string>> = {
  failed: 'failed verification',
  quarantined: 'was quarantined',
  recovered: 'recovered',
  degraded: 'no longer meets policy',
  error: 'could not be verified',
  waived: 'was accepted by a person',
  undone: 'was given back by a person',
  stopped: 'would be one too many: quarantine has stopped',
  replaced: 'was replaced: images stand on it and must be rebuilt',
  ended: 'is at its end: images stand on it and must be rebuilt on another',
  unvouched: 'no longer counts as a base, and images stand on it',
}

/** What to do; IMAGE stands for the image of the alert. */
const ADVICE: Readonly<Record<AlertEvent, string>> = {
  failed:
    'Put right what was found: sign the image (by digest), attach what is missing, have its base vouched for, or push a better one. A tag that was taken comes back by itself once its image is verified.',
  quarantined:
    'Put right what was found: sign the image (by digest), attach what is missing, have its base vouched for, or push a better one. The tag comes back by itself once its image is verified.',
  recovered: 'Nothing to do.',
  degraded:
    'Deploy gates say no. Put right what was found: sign the image anew, attach what is missing, or mend the policy.',
  error:
    'Nothing was taken. It is tried again by itself. If this repeats, look at what was found: the registry, what is attached to the image where that is more than is read, or a layer that cannot be told for certain.',
  waived:
    'Deploy gates say yes, and no tag is taken, until the waiver ends. Sign the image, or replace it, before then. Taking it back: assay waivers revoke.',
  undone:
    'Deploy gates still say no. No tag is taken again until the image is judged by other policies: mend the policy that was wrong.',
  replaced:
    'Nothing was taken. Rebuild the images named above on what is current now, those of the first wave first: others stand on them. All of them: assay derived IMAGE.',
  ended:
    'Nothing was taken. Its main package gets no more fixes: rebuild the images named above on a newer version, those of the first wave first. All of them: assay derived IMAGE.',
  unvouched:
    'Nothing was taken. See why it is no longer vouched for (assay status IMAGE), and rebuild the images named above on another base. All of them: assay derived IMAGE.',
  stopped:
    'Nothing more is taken, and gates say what they said. See whether a policy is wrong (assay status, assay history). Then go on with: assay resume; or put back what was taken: assay undo --since TIME.',
}

/** Plain text, as SNS sends e-mail. */
export const email: Channel = {
  name: 'email',
  render: (alert) => ({ subject: subjectOf(alert), text: textOf(alert) }),
}

function subjectOf(alert: Alert): string {
  const headline = headlineOf(alert)
  const room = SUBJECT_LIMIT - `Assay:  ${headline}`.length
  const short = alert.image.replace(/@sha256:.*$/, '').replace(/[^\x21-\x7e]/g, '?')
  const image = short.length <= room ? short : `...${short.slice(3 - room)}`
  return `Assay: ${image} ${headline}`
}

function headlineOf(alert: Alert): string {
  return HEADLINES[alert.event]
}

function textOf(alert: Alert): string {
  const { waiver, undone, stopped, derived } = alert
  // An authority that was not needed is no news
  const found = alert.checks
    .filter(({ outcome }) => outcome !== 'skip')
    .map(
      (check) =>
        `- ${plainText([check.name, check.platform].filter(Boolean).join(' on '))}: ${check.outcome} (${check.reason}): ${plainText(check.message)}`,
    )
  const done = alert.tags.map(({ tag, outcome }) => `- ${plainText(tag)}: ${TAG_OUTCOMES[outcome]}`)
  return [
    `${plainText(alert.image)} ${headlineOf(alert)}.`,
    `State: ${alert.state}, ${alert.at}`,
    section('Its waiver', waiver === undefined ? [] : [waiverLine(waiver)]),
    section('By whom', undone === undefined ? [] : [`- ${plainText(undone.by)}: ${plainText(undone.reason)}`]),
    section('Why quarantine has stopped', stopped === undefined ? [] : [`- ${stopped}`]),
    section('What took its place', derived?.replaced === undefined ? [] : [replacedLine(derived.replaced)]),
    section(`Who must rebuild (${derived?.count})`, (derived?.images ?? []).map(derivedLine)),
    section('What was found', found),
    section('What happened to its tags', done),
    `What to do\n${ADVICE[alert.event].replaceAll('IMAGE', plainText(alert.image))}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function waiverLine({ by, reason, expiresAt, revokedAt }: Waiver): string {
  const end = revokedAt === undefined ? `until ${expiresAt}` : `taken back at ${revokedAt}`
  return `- by ${plainText(by)}, ${end}: ${plainText(reason)}`
}

function replacedLine({ tag, by, at, material }: Replaced): string {
  const changes = (material?.listed ?? []).map((line) => `\n  ${plainText(line)}`).join('')
  return `- ${plainText(tag)} points at ${by ?? 'another image'}${at === undefined ? '' : `, seen at ${at}`}${changes}`
}

function derivedLine({ image, tags, wave }: DerivedImage): string {
  return `- wave ${wave}: ${plainText(image)}${tags.length === 0 ? '' : ` (${tags.map((tag) => plainText(tag)).join(', ')})`}`
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines].join('\n')
}
