import type { GateAnswer } from '../../lambda/core/gate.ts'
import type { StatusResponse } from '../../lambda/core/response.ts'
import type { Delivered } from '../inbox.ts'
import { pullManifest } from '../signing/push.ts'

/** What the story looks at, all through HTTP as a user would. */
export function looker(apiUrl: string, registry: string) {
  const host = new URL(registry).host
  const get = async <T>(path: string) => (await (await fetch(`${apiUrl}${path}`)).json()) as T
  const query = (name: string) => `image=${encodeURIComponent(`${host}/${name}`)}`
  return {
    host,
    /** The status once it has this state. */
    async state(image: string, state: string): Promise<StatusResponse | undefined> {
      const status = await get<StatusResponse>(`/v1/status?${query(image)}`)
      return status.state === state ? status : undefined
    },
    async gate(image: string, allow: boolean): Promise<GateAnswer | undefined> {
      const answer = await get<GateAnswer>(`/v1/gate?${query(image)}`)
      return answer.allow === allow ? answer : undefined
    },
    /** The tag's digest, or `gone` while the registry has no such tag. */
    async tag(name: string, tag: string): Promise<string> {
      return (await pullManifest({ registry, name }, tag))?.digest ?? 'gone'
    },
    async alert(digest: string, state: string): Promise<Delivered | undefined> {
      const alerts = await get<readonly Delivered[]>('/local/alerts')
      return alerts.find((one) => one.image.endsWith(digest) && one.state === state)
    },
    async alertCount(digest: string): Promise<number> {
      return (await get<readonly Delivered[]>('/local/alerts')).filter((one) => one.image.endsWith(digest)).length
    },
    async advance(seconds: number): Promise<void> {
      await fetch(`${apiUrl}/local/clock`, { method: 'POST', body: JSON.stringify({ advanceSeconds: seconds }) })
    },
  }
}

export type Looker = ReturnType<typeof looker>
