import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Who may import whom: from the first entry that matches a file, to places by their beginning. Packages are free unless named. */
const TABLE: readonly (readonly [from: RegExp, to: readonly string[], packages?: readonly string[]])[] = [
  [/^lambda\/core\/policy\//, ['lambda/core/'], ['zod', 're2js', 'canonicalize', 'yaml', 'node:crypto']],
  [/^lambda\/core\//, ['lambda/core/'], ['zod', 're2js', 'canonicalize', 'node:crypto']],
  [/^lambda\/(sources|formats)\//, ['lambda/core/', 'lambda/$1/'], ['zod']],
  [/^lambda\/ports\.ts/, ['lambda/core/'], []],
  [/^lambda\/errors\.ts/, [], []],
  [/^lambda\/queue\//, ['lambda/sources/recheck.ts', ...adapter('queue')]],
  [/^lambda\/(registry|trust|store|alerts|quarantine)\//, adapter('$1')],
  [/^lambda\/api\//, ['lambda/api/', ...story()]],
  [/^lambda\/handlers\/(?!on-batch)/, ['lambda/handlers/on-batch.ts', ...all('handlers')]],
  [/^lambda\/handlers\/on-batch/, all('handlers')],
  [/^lambda\/wire\.ts/, all('handlers')],
  [/^lambda\/[^/]+\.ts/, ['lambda/formats/', 'lambda/trust/', 'lambda/sources/source.ts', ...story()]],
  [
    /^cdk\//,
    ['cdk/', ...['env.ts', 'resources.ts', 'sources/', 'core/', 'policies.ts'].map((place) => `lambda/${place}`)],
  ],
  [/^cli\//, ['cli/', 'local/', ...all('handlers')]],
  [/^local\//, ['local/', 'lambda/']],
]

function adapter(own: string): string[] {
  return ['core/', 'ports.ts', 'errors.ts', 'aws-errors.ts', 'env.ts', `${own}/`].map((place) => `lambda/${place}`)
}

/** The files that tell the story: they know ports, and no adapter but what judging itself needs. */
function story(): string[] {
  return ['lambda/core/', ...globSync('lambda/*.ts').filter((file) => file !== 'lambda/wire.ts')]
}

function all(except: string): string[] {
  return globSync('lambda/*').filter((place) => place !== `lambda/${except}`)
}

const files = globSync('{lambda,cdk,cli,local}/**/*.ts').toSorted()
const text = (file: string) => readFileSync(file, 'utf8')
const code = (file: string) => text(file).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
const imports = (file: string) =>
  [...code(file).matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, name = '']) => name)

function offences(file: string): string[] {
  const [from, to, packages] = TABLE.find(([pattern]) => pattern.test(file)) ?? [/$^/, [], []]
  const own = from.exec(file)?.[1] ?? ''
  const allowed = (name: string) => {
    if (!name.startsWith('.')) return packages?.some((one) => name === one || name.startsWith(`${one}/`)) ?? true
    return to.some((place) => normalize(join(dirname(file), name)).startsWith(place.replace('$1', own)))
  }
  return imports(file)
    .filter((name) => !allowed(name))
    .map((name) => `${file} imports ${name}`)
}

// Our own ECR calls are one adapter in two folders; the one constant is the queue's, and the pipeline asks for it
const KNOWN = [/^lambda\/quarantine\/.* imports \.\.\/registry\//, /^lambda\/pipeline\.ts imports \.\/queue\/sqs\.ts/]

describe('the house', () => {
  it('is whole: every file has a line in the table', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(files.filter((file) => !TABLE.some(([pattern]) => pattern.test(file)))).toEqual([])
  })

  it('imports inward only', () => {
    const found = files.flatMap(offences)
    expect(found.filter((one) => !KNOWN.some((known) => known.test(one)))).toEqual([])
  })

  it.fails('imports inward only, without exception', () => {
    expect(files.flatMap(offences)).toEqual([])
  })

  it('has a core that neither waits nor knows the time or the place', () => {
    const impure =
      /\basync\b|\bawait\b|\bPromise\b|\bDate\.now\b|new Date\(\)|\bprocess\.|\bconsole\.|\bfetch\(|Math\.random/
    expect(files.filter((file) => file.startsWith('lambda/core/') && impure.test(code(file)))).toEqual([])
  })

  it.each([
    ['sources', ['source', 'parse']],
    ['formats', ['format', 'choose-referrers', 'legacy-bundle', 'locate-claims']],
  ])('lists every one of its %s', (folder, helpers) => {
    const names = globSync(`lambda/${folder}/*.ts`).map((file) => file.replace(/.*\/|\.ts$/g, ''))
    const listed = imports(`lambda/${folder}/index.ts`).map((name) => name.replace(/^\.\/|\.ts$/g, ''))
    expect(names.filter((name) => !['index', ...helpers, ...listed].includes(name))).toEqual([])
  })

  it('has no long file and no `any`', () => {
    const everywhere = [...files, ...globSync('test/**/*.ts')]
    expect(everywhere.filter((file) => text(file).split('\n').length > 301)).toEqual([])
    expect(files.filter((file) => /[:<(,|]\s*any\b|\bas any\b/.test(code(file)))).toEqual([])
  })
})
