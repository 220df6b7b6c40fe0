import { judge } from '../../lambda/pipeline.ts'
import { runnable } from './images.ts'
import { story } from './story.ts'
import { memory, NAME } from './world.ts'

/** An unsigned image under these tags, its grace over, and nothing done about it yet. */
export async function failedImage(options: Parameters<typeof memory>[0], tags: readonly string[]) {
  const app = runnable('app')
  const outside = await memory(options)
  const told = story(outside)
  const digest = outside.registry.push(NAME, app)
  for (const tag of tags) told.push(app, tag)
  await told.settle()
  outside.advance(600)
  await judge(outside.world, told.id(digest))
  outside.queue.messages.length = 0
  return { outside, ...told, digest }
}
