import type { TagOutcome } from '../core/alert.ts'

/** What people are told of a tag. */
export const TAG_OUTCOMES: Readonly<Record<TagOutcome['outcome'], string>> = {
  taken: 'taken away; the image is kept and can still be pulled by digest',
  'would-take': 'left in place (enforcement only observes)',
  moved: 'left alone: it points at another image by now',
  protected: 'left in place: it is protected',
  'given-back': 'given back',
  'refused-newer': 'not given back: a newer image has it, or had it last',
  'not-armed': 'left in place: quarantine is not armed for this registry (its self-test has not passed)',
  disarmed: 'left in place: quarantine is disarmed',
  stopped: 'left in place: the breaker has stopped quarantine',
  immutable:
    'left in place: this registry has not shown that it removes a tag alone, and the tag cannot be overwritten',
  archived: 'the image is archived: nobody can pull it, by whatever name',
  restored: 'the image can be pulled again',
  gone: 'not given back: the image is no longer in the registry',
  failed: 'could not be changed yet; trying again',
}
