import { Misconfigured } from '../../lambda/errors.ts'
import { type HttpApi, type HttpApiOptions, startHttpApi } from '../runtime/http-api.ts'

/** Starts the status API and returns once it is healthy; throws Misconfigured where its port is taken. */
export async function startApi(options: HttpApiOptions): Promise<HttpApi> {
  const api = await startHttpApi(options).catch((cause) => {
    const message = `the API cannot listen on 127.0.0.1:${options.port}; free the port or set ASSAY_API_PORT`
    throw new Misconfigured(message, { cause })
  })
  const { status } = await fetch(`${api.url}/healthz`)
  if (status === 200) return api
  await api.close()
  throw new Misconfigured(
    `the API function does not work (GET /healthz is ${status}); logs/api.log in the data folder says why`,
  )
}
