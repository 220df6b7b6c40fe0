import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { ESBUILD } from '../../cdk/esbuild.ts'
import { ROOT } from '../../cdk/root.ts'
import { FUNCTIONS } from '../../lambda/resources.ts'

/** What a handler may weigh, in kB. Reading the code is most of a cold start. */
const LIMITS = { verify: 1575, act: 1400, sweep: 1200, api: 1300, trust: 1150 } satisfies Record<
  keyof typeof FUNCTIONS,
  number
>
/** What only the trust function may carry: no other one ever asks a mirror or AWS KMS. */
const FETCHING = ['tuf-js', '@aws-sdk/client-kms']

it.each(Object.entries(FUNCTIONS))('keeps %s small', async (name, { entry }) => {
  const { banner, externalModules, ...options } = ESBUILD
  const { metafile } = await build({
    ...options,
    banner: { js: banner },
    external: externalModules,
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    outfile: 'index.mjs',
  })
  const [output] = Object.values(metafile.outputs)
  const packages = byPackage(output!.inputs)
  const heaviest = Object.entries(packages).sort(([, a], [, b]) => b - a)
  const told = heaviest.slice(0, 8).map(([of, bytes]) => `${of} ${Math.round(bytes / 1000)}`)
  const size = Math.round(output!.bytes / 1000)
  console.info(`${name}: ${size} kB (${told.join(', ')})`)
  expect(size, `${name} is mostly ${told.join(', ')}`).toBeLessThan(LIMITS[name as keyof typeof LIMITS])
  expect(FETCHING.filter((one) => (packages[one] ?? 0) > 0)).toEqual(name === 'trust' ? FETCHING : [])
})

function byPackage(inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'assay'
    sums[name] = (sums[name] ?? 0) + bytesInOutput
  }
  return sums
}
