import middy from '@middy/core'
import { sweep } from '../sweep.ts'
import { log } from '../telemetry.ts'
import { wireSweeper } from '../wire.ts'

const world = await wireSweeper()

/** Each minute: finds what nobody told us. */
export const handler = middy().handler(async () => {
  const found = await sweep(await world())
  const { due, rejudged, reconciled } = found
  if (due + rejudged + reconciled.repositories + reconciled.tags + reconciled.images > 0) log('swept', found)
  return found
})
