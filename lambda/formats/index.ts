import { cosignBundle } from './cosign-bundle.ts'
import { cosignLegacy } from './cosign-legacy.ts'
import type { Format } from './format.ts'

/** Every carrier of signatures that is read. */
export const formats: readonly Format[] = [cosignBundle, cosignLegacy]
