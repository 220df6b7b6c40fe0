import middy from '@middy/core'
import { sweep } from '../sweep.ts'
import { log } from '../telemetry.ts'
import { wireSweeper } from '../wire.ts'

const world = await wireSweeper()

/** Each minute: finds what nobody told us. */
export const handler = middy().handler(async () => {
  const found = await sweep(await world())
  if (found.due > 0 || found.rejudged > 0) log('swept', found)
  return found
})
