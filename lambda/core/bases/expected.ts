import { FILE_CHANGES } from '../layers/expected-changes.ts'
import { CONFIG_CHANGES } from './base-changes.ts'

/** What most images that are built on a base do to it: what a BaseImage expects that says nothing of it. */
export const USUALLY_EXPECTED = [
  'users',
  'ca-certificates',
  'package-database',
  'network',
  'machine-id',
  'entrypoint',
  'path-additions',
] as const

/** Every change that can be expected by a name. */
export const EXPECTABLE: readonly string[] = [...Object.keys(FILE_CHANGES), ...Object.keys(CONFIG_CHANGES)]
