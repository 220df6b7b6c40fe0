import { ecr } from './ecr.ts'
import { recheck } from './recheck.ts'
import type { Source } from './source.ts'

/** Every event source. */
export const sources: readonly Source[] = [ecr, recheck]
