import type { Context } from '../context.ts'
import { OciError } from '../errors.ts'
import type { Call, Reply } from '../http.ts'
import { type Referrer, referrersOf } from '../referrers.ts'
import { toDigest } from './names.ts'
import { nextPage, pageSize } from './page.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'
// A list of referrers is itself an index, and clients read no longer index than this.
const MAX_BYTES = 4 * 1024 * 1024

/** The manifests whose subject is this digest, but for archived ones, as an index. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers */
export async function listReferrers(context: Context, call: Call, name: string, reference: string): Promise<Reply> {
  if (!context.referrersApi) throw new OciError('UNSUPPORTED', 'the referrers API is switched off', { status: 404 })
  const subject = toDigest(reference)
  const type = call.query.get('artifactType')
  const limit = pageSize(call)
  const page: Referrer[] = []
  let bytes = 0
  let more = false
  for await (const one of referrersOf(context.store, name, subject, call.query.get('last') ?? '')) {
    if (one.archived || (type !== null && one.artifactType !== type)) continue
    bytes += JSON.stringify(one).length
    more = page.length === limit || (page.length > 0 && bytes > MAX_BYTES)
    if (more) break
    page.push(one)
  }
  const last = page.at(-1)
  return {
    status: 200,
    headers: {
      'content-type': INDEX,
      ...(type !== null && { 'oci-filters-applied': 'artifactType' }),
      ...(more && last !== undefined && nextPage(call, { last: last.digest })),
    },
    body: JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: page.map(listed) }),
  }
}

function listed({ annotations, ...rest }: Referrer) {
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations }
}
