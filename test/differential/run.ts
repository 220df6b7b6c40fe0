import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { compareBundles } from './bundles.ts'
import { hasCosign } from './cosign.ts'
import { compareImages } from './images.ts'
import { knownKind } from './known.ts'
import type { Observation } from './observation.ts'

// npm run test:differential -- IMAGES [BUNDLES…] [--verbose]: has `cosign` and Assay judge the same evidence under the same demand:
// image layouts below the first folder, bundles below the others. A disagreement that known.ts does not explain fails.

const [images, ...bundles] = process.argv.slice(2).filter((one) => !one.startsWith('--'))
if (images === undefined) throw new Error('usage: npm run test:differential -- IMAGES [BUNDLES…]')
if (await hasCosign()) await compare(resolve(images), bundles)
else console.log('skipped: there is no cosign on PATH to compare with')

async function compare(layouts: string, folders: readonly string[]): Promise<void> {
  const missing = [layouts, ...folders].filter((folder) => !existsSync(folder))
  if (missing.length > 0) throw new Error(`there is no ${missing.join(', ')}`)
  const scratch = await mkdtemp(join(tmpdir(), 'assay-differential-'))
  try {
    const all = await compareImages(layouts, scratch)
    for (const folder of folders) all.push(...(await compareBundles(resolve(folder), scratch)))
    const agreed = all.filter(({ assay, cosign }) => assay.accepts === cosign.accepts)
    const explained = all
      .filter((seen) => !agreed.includes(seen))
      .map(tell)
      .filter(Boolean).length
    const passed = agreed.length + explained
    if (process.argv.includes('--verbose')) agreed.forEach(tellAgreement)
    console.log(`${agreed.length} agree, ${explained} disagree for known reasons`)
    console.log(`${passed} passed, ${all.length - passed} failed`)
    process.exitCode = passed === all.length && passed > 0 ? 0 : 1
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Prints a disagreement; true where it is a known one. */
function tell(seen: Observation): boolean {
  const known = knownKind(seen)
  console.log(
    `${known ? 'known     ' : 'UNEXPLAINED'} ${seen.name} (${seen.asked}${seen.key ? `, key ${seen.key}` : ''})`,
  )
  for (const who of ['assay', 'cosign'] as const) {
    console.log(`  ${who.padEnd(6)} ${seen[who].accepts ? 'yes' : 'no '} ${seen[who].message}`)
  }
  if (known) console.log(`  ${known.kind}: ${known.right} is right. ${known.reason}`)
  return known !== undefined
}

function tellAgreement({ name, assay, cosign }: Observation): void {
  console.log(`agree ${assay.accepts ? 'yes' : 'no '} ${name}\n  assay  ${assay.message}\n  cosign ${cosign.message}`)
}
