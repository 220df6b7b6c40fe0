import type * as z from 'zod'
import { parseDuration } from './duration.ts'
import { compileGlob } from './glob.ts'
import type { Parsed } from './kinds.ts'
import {
  type Authority,
  DEFAULT_ROOT,
  type Demand,
  type Enforcement,
  type HashAlgorithm,
  type Identity,
  type Policy,
} from './policy.ts'
import { readPublicKey } from './public-key.ts'
import type { ownAuthority } from './schema-authority.ts'
import { SHORT_PREDICATES } from './schema-authority.ts'
import { HASHES } from './schema-signer.ts'
