import { defineConfig } from 'vitest/config'

/** Real tools against the running local stack: `npm run test:interop`. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.interop.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    globalSetup: ['test/global-setup.ts'],
    fileParallelism: false,
  },
})
