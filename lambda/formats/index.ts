import { buildx } from './buildx.ts'
import { cosignBundle } from './cosign-bundle.ts'
import { cosignLegacy } from './cosign-legacy.ts'
import { cosignOci11 } from './cosign-oci11.ts'
import type { Format, UnsignedFormat } from './format.ts'
import { notation } from './notation.ts'
import { sbomTag } from './sbom-tag.ts'

/** Every carrier of signatures that is read. */
export const formats: readonly Format[] = [cosignBundle, cosignLegacy, cosignOci11, notation]

/** Every carrier of unsigned statements that is told of. */
export const unsignedFormats: readonly UnsignedFormat[] = [buildx, sbomTag]
