import { isRepositoryName } from '../../../lambda/core/image.ts'
import { demand, type Wanted } from '../auth.ts'
import type { Context } from '../context.ts'
import { OciError } from '../errors.ts'
import { type Call, json, type Reply } from '../http.ts'
import { deleteBlob, getBlob } from './blobs.ts'
import { listRepositories, listTags } from './lists.ts'
import { deleteManifest, getManifest, putManifest } from './manifests.ts'
import { listReferrers } from './referrers.ts'
import { appendChunk, cancelUpload, finishUpload, startUpload, uploadStatus } from './uploads.ts'

/** Answers a call on one thing in one repository; `reference` is what stands last in the path. */
type Handler = (context: Context, call: Call, name: string, reference: string) => Promise<Reply>
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Route = {
  readonly path: RegExp
  readonly methods: Readonly<Partial<Record<Method, readonly [Wanted['action'], Handler]>>>
}

const ROUTES: readonly Route[] = [
  { path: /^\/v2\/?$/, methods: { GET: ['ping', async () => json(200, {})] } },
  { path: /^\/v2\/_catalog$/, methods: { GET: ['list', listRepositories] } },
  { path: /^\/v2\/(.+)\/blobs\/uploads\/?$/, methods: { POST: ['push', startUpload] } },
  {
    path: /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
    methods: {
      GET: ['push', uploadStatus],
      PATCH: ['push', appendChunk],
      PUT: ['push', finishUpload],
      DELETE: ['push', cancelUpload],
    },
  },
  { path: /^\/v2\/(.+)\/blobs\/([^/]+)$/, methods: { GET: ['pull', getBlob], DELETE: ['delete', deleteBlob] } },
  {
    path: /^\/v2\/(.+)\/manifests\/([^/]+)$/,
    methods: { GET: ['pull', getManifest], PUT: ['push', putManifest], DELETE: ['delete', deleteManifest] },
  },
  { path: /^\/v2\/(.+)\/tags\/list$/, methods: { GET: ['pull', listTags] } },
  { path: /^\/v2\/(.+)\/referrers\/([^/]+)$/, methods: { GET: ['pull', listReferrers] } },
]

/** Answers a call of the distribution API. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints */
export async function ociReply(context: Context, call: Call): Promise<Reply> {
  for (const { path, methods } of ROUTES) {
    const match = path.exec(call.path)
    if (match === null) continue
    const [, name, reference = ''] = match
    const method = call.method === 'HEAD' ? 'GET' : call.method
    const [action, handle] = methods[method as Method] ?? []
    if (action === undefined || handle === undefined) throw notAllowed(call, Object.keys(methods))
    demand(context, call, wantedOf(action, name))
    return handle(context, call, name ?? '', reference)
  }
  throw new OciError('UNSUPPORTED', `there is nothing at ${call.path}`, { status: 404 })
}

function wantedOf(action: Wanted['action'], name: string | undefined): Wanted {
  if (action === 'ping' || action === 'list') return { action }
  if (isRepositoryName(name)) return { action, repository: name }
  throw new OciError('NAME_INVALID', `repository "${name}" is not lower-case words joined by "/", ".", "_" or "-"`)
}

function notAllowed(call: Call, methods: readonly string[]): OciError {
  const allow = methods.includes('GET') ? ['HEAD', ...methods] : methods
  const message = `${call.method} is not possible on ${call.path}; ${allow.join(', ')} are`
  return new OciError('UNSUPPORTED', message, { headers: { allow: allow.join(', ') } })
}
