import { globSync, readFileSync } from 'node:fs'

/** Policy files that can be used: those that are shipped, those of the documents for users, and one with every field there is. */
export function samples(): readonly string[] {
  const files = [...globSync('policies/**/*.yaml'), ...globSync('test/policy-mutants/*.yaml')].sort()
  const documented = [...readFileSync('policies/README.md', 'utf8').matchAll(/```yaml\n(.*?)```/gs)].map(
    ([, text = '']) => text,
  )
  return [...files.map((file) => readFileSync(file, 'utf8')), ...documented]
}

/** What a sample may refer to beside it. */
export const OPTIONS = { roots: { local: {} }, readFile: () => undefined }
