import { imageFacts } from '../attested/image-facts.ts'
import { baseFacts } from '../bases/base-facts.ts'
import type { ImageTools } from '../image-tools.ts'
import { asksContents } from '../policy/authorities.ts'
import type { Policy } from '../policy/policy.ts'
import type { Subject } from './judged.ts'

/** What an expression over all that matched may ask of the base, and of what the image holds; what is not known has no field. */
export function knownOf(policy: Policy, subject: Subject): { readonly base: object; readonly contents: object } {
  return { base: baseOf(subject), contents: asksContents(policy) ? contentsOf(policy, subject) : {} }
}

function baseOf({ base }: Subject): object {
  const facts = base && baseFacts(base)
  if (facts === undefined) return {}
  const { rung, proof, signature, intact, current, image, digest, by = [], existedAt, layers } = facts
  return {
    ...{ rung, proof, signature, intact, current, layers, vouchedFor: by },
    ...(image !== undefined && { image, digest }),
    ...(existedAt !== undefined && { existedAt }),
  }
}

/**
 * By the SBOMs that the policy's own authorities attest: of several platforms what any of them holds, and the most of it. Nothing is known
 * of the image where one of them has none.
 */
function contentsOf(policy: Policy, subject: Subject): object {
  const { contents } = imageFacts([policy], subject)
  const sizes = (subject.base?.platforms ?? []).flatMap(({ size }) => size ?? [])
  const size = sizes.length > 0 && { size: Math.max(...sizes) }
  if (!isWhole(contents, subject)) return { ...size }
  // What no SBOM lists and a file shows is there
  const seen = [...contents, ...(subject.base?.platforms ?? []).flatMap(({ tools }) => tools ?? [])]
  const all = (tool: keyof ImageTools) => [...new Set(seen.flatMap((one) => one[tool]))].sort()
  return {
    ...size,
    packages: Math.max(...contents.map(({ count }) => count)),
    names: [...new Set(contents.flatMap(({ packages }) => packages.map(({ name }) => name)))],
    shells: all('shells'),
    packageManagers: all('packageManagers'),
    languageManagers: all('languageManagers'),
  }
}

/** Whether there is an SBOM of the image as a whole, or one of each of its platforms. */
function isWhole(contents: readonly { readonly platform?: string }[], { platforms = [] }: Subject): boolean {
  const told = contents.flatMap(({ platform }) => platform ?? [])
  return told.length < contents.length || (platforms.length > 0 && told.length === platforms.length)
}
