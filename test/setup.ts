import { afterAll, vi } from 'vitest'

// Files share their process: what one of them stubs or spies upon is as it was for the next
afterAll(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})
