import { expect, it } from 'vitest'
import { SURROUNDINGS } from '../memory/world.ts'
import { disorder } from './disorder.ts'

// A small sample of npm run test:long
it.each(Object.entries(SURROUNDINGS))('over %s, events in disorder each have one effect', async (_, surroundings) => {
  const { figures, deviations } = await disorder({ seed: 1, events: 100, copies: 8, surroundings })
  expect(deviations).toEqual([])
  expect(figures.deliveries).toBeGreaterThan(300)
  expect(figures['tags taken']).toBeGreaterThan(20)
})
