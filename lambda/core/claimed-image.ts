import { BadInput } from './bad-input.ts'
import { seen } from './checks/statement/finding.ts'
import { type Digest, type ImageRef, isDigest, parseImage } from './image.ts'

/**
 * An image as somebody names it, by its name, its digest or both. `platform`: `os/arch[/variant]`. `fault`: what of it is
 * wrong; the rest of it stands.
 */
export type ClaimedImage = {
  readonly name?: Pick<ImageRef, 'host' | 'name' | 'tag'>
  readonly digest?: Digest
  readonly platform?: string
  readonly fault?: string
}

/** Stands for a digest that is not known, so that no tag is taken for the default one. */
const NO_DIGEST = `sha256:${'0'.repeat(64)}`
const PLATFORM = /^[a-z0-9]+\/[a-z0-9_.-]+(?:\/[a-z0-9_.-]+)?$/
const LONGEST_PLATFORM = 80

/**
 * An image by parts that nobody checked: `reference` as people write it, digests told elsewhere, which must be the same.
 * Undefined where there is nothing; `latest` is taken for granted only where there is neither tag nor digest, as parseImage does.
 */
export function claimedImage(parts: {
  readonly reference?: string | undefined
  readonly digests: readonly unknown[]
  readonly platform?: string | undefined
}): ClaimedImage | undefined {
  const [written = '', ...ends] = parts.reference?.split('@') ?? []
  const digests = [...ends, ...parts.digests].filter((one) => one !== undefined)
  const reference = written === '' ? undefined : written
  if (reference === undefined && digests.length === 0) return undefined
  const { digest, fault: wrongDigest } = oneDigest(digests)
  const name = reference === undefined ? undefined : readName(reference, digests.length > 0)
  const fault =
    wrongDigest ?? (name === undefined && reference !== undefined ? `${seen(reference)} is no image` : undefined)
  const platform = readPlatform(parts.platform)
  return {
    ...(name !== undefined && { name }),
    ...(digest !== undefined && { digest }),
    ...(platform !== undefined && { platform }),
    ...(fault !== undefined && { fault }),
  }
}

function oneDigest(digests: readonly unknown[]): Pick<ClaimedImage, 'digest' | 'fault'> {
  const [digest, other] = new Set(digests.filter(isDigest))
  if (digest !== undefined && other !== undefined) return { fault: `it has two digests, ${digest} and ${other}` }
  const wrong = digests.find((one) => !isDigest(one))
  return {
    ...(digest !== undefined && { digest }),
    ...(wrong !== undefined && { fault: `the digest is ${seen(wrong)}, not sha256: and 64 lower-case hex digits` }),
  }
}

function readName(reference: string, hasDigest: boolean): ClaimedImage['name'] {
  try {
    const { host, name, tag } = parseImage(hasDigest ? `${reference}@${NO_DIGEST}` : reference)
    return { host, name, ...(tag !== undefined && { tag }) }
  } catch (error) {
    if (error instanceof BadInput) return undefined
    throw error
  }
}

/** containerd writes the version of a system in brackets behind its name: `windows(10.0.20348)/amd64`. */
function readPlatform(text: string | undefined): string | undefined {
  if (text === undefined || text.length > LONGEST_PLATFORM) return undefined
  const platform = text.replace(/^([a-z0-9]+)\([^()/]*\)/, '$1')
  return PLATFORM.test(platform) ? platform : undefined
}
