import { defineConfig } from 'vitest/config'

/** The quick tests of what is mutated: `npm run test:mutation`. */
export default defineConfig({
  test: {
    include: ['test/{trust,formats,core/checks}/**/*.test.ts', 'test/core/decide*.test.ts', 'test/gather*.test.ts'],
    testTimeout: 30_000,
  },
})
