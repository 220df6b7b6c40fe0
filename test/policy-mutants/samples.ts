import { globSync, readFileSync } from 'node:fs'
import { loadPolicies } from '../../lambda/core/policy/load.ts'

/** Policy files that can be used: those that are shipped, those of the documents for users, and one with every field there is. */
export function samples(): readonly string[] {
  const files = [...globSync('policies/**/*.yaml'), ...globSync('test/policy-mutants/*.yaml')].sort()
  const documented = [...readFileSync('policies/README.md', 'utf8').matchAll(/```yaml\n(.*?)```/gs)].map(
    ([, text = '']) => text,
  )
  const texts = [...files.map((file) => readFileSync(file, 'utf8')), ...documented]
  return texts.filter((text) =>
    loadPolicies([{ path: 'p.yaml', text }], OPTIONS).problems.every(({ severity }) => severity !== 'error'),
  )
}

/** What a sample may refer to beside it. */
export const OPTIONS = { roots: { local: {} }, readFile: () => undefined }
