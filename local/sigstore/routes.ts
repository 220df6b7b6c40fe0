import type { Authority } from './authority.ts'
import { signingCertificate } from './fulcio.ts'
import { type Handler, json, type Reply, type Request } from './http.ts'
import type { Rekor } from './rekor.ts'
import { createEntry2 } from './rekor2.ts'
import type { TransparencyLog } from './transparency-log.ts'
import { timestamp } from './tsa.ts'
import { derRequest, jsonRequest } from './tsa-request.ts'

const ENTRIES = '/api/v1/log/entries'

/** The paths of Fulcio, both Rekors and the timestamp authority, as their clients ask for them. */
export function routes(
  services: { readonly authority: Authority; readonly rekor: Rekor; readonly log2: TransparencyLog },
  now: () => Date,
): Handler {
  const { authority, rekor, log2 } = services
  const found = (value: unknown) => (value === undefined ? undefined : json(200, value))
  return (route, request) => {
    switch (route) {
      case 'POST /api/v2/signingCert':
        return json(200, signingCertificate(parse(request), request.bearer, authority, now()))
      case `POST ${ENTRIES}`:
        return logEntry(rekor, parse(request), now())
      case `GET ${ENTRIES}`:
        return found(rekor.entryAt(Number(request.query.get('logIndex'))))
      case 'GET /api/v1/log':
        return json(200, rekor.info())
      case 'GET /api/v1/log/publicKey':
        return { status: 200, type: 'application/x-pem-file', body: rekor.publicKey }
      case 'POST /r2/api/v2/log/entries':
        return json(201, createEntry2(parse(request), log2, authority.rekor2, now()))
      case 'POST /api/v1/timestamp':
        return timestampReply(request, authority, now())
    }
    if (route.startsWith(`GET ${ENTRIES}/`)) return found(rekor.entry(request.path.slice(ENTRIES.length + 1)))
    return undefined
  }
}

function parse(request: Request): unknown {
  return JSON.parse(request.body.toString('utf8'))
}

function logEntry(rekor: Rekor, proposed: unknown, now: Date): Reply {
  const { uuid, known } = rekor.create(proposed, now)
  const headers = { location: `${ENTRIES}/${uuid}`, etag: uuid }
  if (known) return json(409, { code: 409, message: `an equivalent entry already exists: ${uuid}` }, headers)
  return json(201, rekor.entry(uuid), headers)
}

function timestampReply(request: Request, authority: Authority, now: Date): Reply {
  const wanted = request.type.startsWith('application/json')
    ? jsonRequest(request.body.toString('utf8'))
    : derRequest(request.body)
  return { status: 201, type: 'application/timestamp-reply', body: timestamp(wanted, authority, now) }
}
