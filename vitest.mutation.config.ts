import { defineConfig } from 'vitest/config'

/** The quick tests of what is mutated: `npm run test:mutation`. */
export default defineConfig({
  test: {
    include: ['test/{trust,formats,core}/**/*.test.ts', 'test/{gather*,examine,refresh-trust}.test.ts'],
    testTimeout: 30_000,
  },
})
