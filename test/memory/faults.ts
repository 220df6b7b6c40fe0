import { layerFiles } from '../../lambda/bases/layer-files.ts'
import { Unavailable } from '../../lambda/errors.ts'
import { HOST, type World } from './world.ts'

type Ports = {
  readonly registry: NonNullable<ReturnType<World['registries']['get']>>
  readonly tagger: NonNullable<ReturnType<World['taggers']['get']>>
  readonly store: World['store']
  readonly evidence: World['evidence']
  readonly catalogue: World['catalogue']
  readonly queue: World['queue']
  readonly alerts: World['alerts']
}

/** Is told of every call of a port before it is made. */
export type Before = (port: keyof Ports, method: string, parameters: readonly unknown[]) => Promise<void> | void

/** The same world, with something put before every call of a port. */
export function intercepted(world: World, before: Before): World {
  const wrap = <T extends object>(port: keyof Ports, target: T): T =>
    new Proxy(target, {
      get(object, method, receiver) {
        const call: unknown = Reflect.get(object, method, receiver)
        if (typeof call !== 'function') return call
        return async (...parameters: unknown[]) => {
          await before(port, String(method), parameters)
          return call.apply(object, parameters) as unknown
        }
      },
    })
  const [store, evidence] = [wrap('store', world.store), wrap('evidence', world.evidence)]
  return {
    ...world,
    registries: new Map([...world.registries].map(([host, port]) => [host, wrap('registry', port)])),
    taggers: new Map([...world.taggers].map(([host, port]) => [host, wrap('tagger', port)])),
    store,
    evidence,
    catalogue: wrap('catalogue', world.catalogue),
    files: layerFiles({ now: world.now, store, evidence }),
    queue: wrap('queue', world.queue),
    alerts: wrap('alerts', world.alerts),
  }
}

/** A world in which some calls end in an outage for as long as `down` says so. */
export function failing(world: World, down: (port: keyof Ports, method: string) => boolean): World {
  return intercepted(world, (port, method) => {
    if (down(port, method)) throw new Unavailable(`${port} at ${HOST}`, `${method}: no answer`)
  })
}

/** Does something once, right before the nth call of a method. */
export function once(port: keyof Ports, method: string, act: () => unknown, nth = 1): Before {
  let seen = 0
  return async (...[called, name]) => {
    if (called !== port || name !== method) return
    seen++
    if (seen === nth) await act()
  }
}
