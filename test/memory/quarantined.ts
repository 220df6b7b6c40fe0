import { runnable } from './images.ts'
import { people } from './people.ts'
import { story } from './story.ts'
import { memory, NAME, policies } from './world.ts'

/** An unsigned image whose tags were taken. */
export async function quarantined(tags: readonly string[] = ['v1'], enforcement?: string) {
  const outside = await memory(enforcement === undefined ? {} : { policies: policies(enforcement) })
  const told = story(outside)
  const app = runnable('app')
  const digest = outside.registry.push(NAME, app)
  for (const tag of tags) told.push(app, tag)
  await told.pass(13)
  outside.published.length = 0
  return { outside, ...told, ...people(outside), digest }
}
