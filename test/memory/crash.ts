import { layerFiles } from '../../lambda/bases/layer-files.ts'
import type { World } from './world.ts'

export class Crash extends Error {}

/** A world whose process dies right after its nth port call: from then on no call goes out, not even from a `finally`. */
export function crashAfter(world: World, calls: number) {
  const state = { made: 0 }
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name, receiver) {
        const method: unknown = Reflect.get(target, name, receiver)
        if (typeof method !== 'function') return method
        return async (...parameters: unknown[]) => {
          if (state.made >= calls) throw new Crash()
          const result: unknown = await method.apply(target, parameters)
          state.made++
          if (state.made >= calls) throw new Crash()
          return result
        }
      },
    })
  const wrapAll = <T extends object>(ports: ReadonlyMap<string, T>) =>
    new Map([...ports].map(([host, port]) => [host, wrap(port)]))
  const [store, evidence] = [wrap(world.store), wrap(world.evidence)]
  const crashing: World = {
    ...world,
    registries: wrapAll(world.registries),
    taggers: wrapAll(world.taggers),
    store,
    evidence,
    catalogue: wrap(world.catalogue),
    files: layerFiles({ now: world.now, store, evidence }),
    queue: wrap(world.queue),
    alerts: wrap(world.alerts),
  }
  return { world: crashing, made: () => state.made }
}
