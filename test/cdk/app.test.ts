import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT } from '../../cdk/root.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-cdk-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('synthesizes from the repository as it is, nag and policies included', async () => {
  const { code, stderr } = await runApp({})
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { Resources } = JSON.parse(await readFile(join(folder, 'cdk.out', 'Assay.template.json'), 'utf8'))
  expect(Object.keys(Resources).length).toBeGreaterThan(50)
  expect(await readFile(join(folder, 'cdk.out', 'manifest.json'), 'utf8')).toContain('Assay')
})

it('stops at a mistake in a policy, naming file and line', async () => {
  await writeFile(
    join(folder, 'mine.yaml'),
    'apiVersion: assay.dev/v1alpha1\nkind: Enforcement\nspec: { onFailure: explode }\n',
  )
  const { code, stderr } = await runApp({ policies: folder })
  expect(code).toBe(1)
  expect(stderr).toMatch(/mine\.yaml:3:\d+: .*onFailure/)
})

it('stops at a folder of policies that is not there', async () => {
  const { code, stderr } = await runApp({ policies: join(folder, 'absent') })
  expect(code).toBe(1)
  expect(stderr).toContain('absent')
})

/** `node cdk/app.ts` as the CDK CLI runs it, without bundling. */
function runApp(assay: object): Promise<{ code: number | string; stderr: string }> {
  const context = { assay, 'aws:cdk:bundling-stacks': [] }
  const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: join(folder, 'cdk.out') }
  return new Promise((resolve) => {
    execFile(process.execPath, ['cdk/app.ts'], { cwd: ROOT, env }, (error, _, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    )
  })
}
