import { jsonObject } from '../core/json-object.ts'
import { type Descriptor, descriptor } from '../core/manifest.ts'
import { OverLimit, Unavailable } from '../errors.ts'
import { assertFewValues } from './assert-few-values.ts'
import type { Answer } from './exchange.ts'
import type { Limits } from './limits.ts'
import { nextPage } from './next-page.ts'

/** All pages of a referrers list; undefined where the registry has none. Too many throw OverLimit. */
export async function listReferrers(
  first: URL,
  get: (url: URL) => Promise<Answer | undefined>,
  { service, limits, maxBytes }: { service: string; limits: Limits; maxBytes: number },
): Promise<readonly Descriptor[] | undefined> {
  const found: Descriptor[] = []
  let bytes = 0
  let url: URL | undefined = first
  for (let page = 0; url !== undefined; page++) {
    if (page === limits.referrerPages) throw tooMany(service, first, `${limits.referrerPages} pages`)
    const answer = await get(url)
    bytes += answer?.bytes.length ?? 0
    if (bytes > maxBytes) throw tooMany(service, first, `${maxBytes} bytes`)
    if (answer) assertFewValues(answer.bytes, limits.jsonSize, `${service}: ${first.pathname}`)
    const entries = answer && indexEntries(answer.bytes)
    if (answer === undefined || entries === undefined) {
      // A web page elsewhere is how some registries say so; anything else in place of a list may hide signatures
      if (page === 0 && (answer === undefined || answer.stranger)) return undefined
      throw new Unavailable(service, `page ${page + 1} of ${first.pathname} is not an image index`)
    }
    if (found.length + entries.length > limits.referrers) {
      throw tooMany(service, first, `${limits.referrers} manifests`)
    }
    // An entry we cannot read (another digest algorithm) hides no other
    found.push(...entries.map(descriptor).filter((entry) => entry !== undefined))
    url = nextPage(service, url, answer.headers.get('link'))
  }
  return found
}

function tooMany(service: string, url: URL, limit: string): OverLimit {
  return new OverLimit(`${service}: ${url.pathname}: more than ${limit}`)
}

function indexEntries(bytes: Uint8Array): readonly unknown[] | undefined {
  const manifests = jsonObject(bytes)?.manifests
  return Array.isArray(manifests) ? manifests : undefined
}
