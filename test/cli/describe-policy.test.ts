import { expect, it } from 'vitest'
import { describeEffect, describeEnforcement } from '../../cli/describe-policy.ts'
import { enforcement } from '../core/records.ts'

it.each([
  [{ onFailure: 'observe' }, 'tells what has failed, and takes nothing; says no to'],
  [{}, 'takes the tags of what has failed 10m after its first tag, up to 20 images or 50 % of a repository'],
  [{ tombstone: true }, 'holding their names by a tombstone'],
  [{ onFailure: 'archive' }, 'archives what has failed 10m after its first tag'],
] as const)('an Enforcement with %o: %s', (fields, text) => {
  expect(describeEnforcement(enforcement(fields))).toContain(text)
})

it.each([
  ['observe', false, 'nothing is taken'],
  ['quarantine', false, 'its tags are taken'],
  ['quarantine', true, 'v1 is protected and stays'],
  ['archive', false, 'it is archived, so that nobody can pull it'],
  ['archive', true, 'v1 is protected, so it is not archived'],
] as const)('under %s, protected %s, of a bad image: %s', (onFailure, isProtected, text) => {
  expect(describeEffect('failed', enforcement({ onFailure }), 'v1', isProtected)).toContain(text)
})
