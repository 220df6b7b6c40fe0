import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const story = globSync('lambda/{*,acting/*,bases/*,reconciling/*}.ts').filter((file) => file !== 'lambda/wire.ts')
const core = [
  'lambda/core/',
  'lambda/ports.ts',
  'lambda/errors.ts',
  'lambda/env.ts',
  'lambda/aws-errors.ts',
  'lambda/map-limited.ts',
]
const doors = globSync('lambda/*').filter((place) => place !== 'lambda/handlers')
const helpers = ['on-batch', 'in-time'].map((name) => `lambda/handlers/${name}.ts`)
const pure = ['zod', 're2js', 'canonicalize', 'node:crypto']
const forCdk = ['env.ts', 'resources.ts', 'policies.ts', 'sources/', 'core/'].map((place) => `lambda/${place}`)

/** Who may import what beside its own folder; the first line that matches a file counts. Packages are free unless named. */
const TABLE: readonly (readonly [file: RegExp, places: readonly string[], packages?: readonly string[]])[] = [
  [
    /^lambda\/core\/policy\//,
    ['lambda/core/'],
    [...pure, 'yaml', '@marcbachmann/cel-js', '@tufjs/models', 'node:zlib'],
  ],
  [/^lambda\/core\//, ['lambda/core/'], pure],
  [/^lambda\/(sources|formats)\//, ['lambda/core/'], ['zod']],
  [/^lambda\/ports\.ts/, ['lambda/core/'], []],
  [/^lambda\/queue\//, ['lambda/sources/recheck.ts', 'lambda/resources.ts', ...core]],
  // Both speak ECR: a quarantine makes its calls, and reads their errors, as the registry does
  [/^lambda\/quarantine\//, ['lambda/registry/', ...core]],
  // A mirror is read with the guards that registries are read with
  [/^lambda\/trust\/tuf-fetcher\.ts/, ['lambda/registry/', ...core]],
  [/^lambda\/(registry|trust|store|alerts)\//, core],
  [/^lambda\/api\//, story.concat('lambda/core/')],
  [/^lambda\/handlers\/(?!on-batch|in-time)/, [...helpers, ...doors]],
  [/^lambda\/(handlers\/\S+|wire)\.ts/, doors],
  [
    /^lambda\/(acting\/|bases\/|reconciling\/)?[^/]+\.ts/,
    ['lambda/core/', 'lambda/formats/', 'lambda/trust/', 'lambda/sources/source.ts', ...story],
  ],
  [/^cdk\//, forCdk],
  [/^cli\//, ['local/', ...doors]],
  [/^local\//, ['lambda/']],
]
const files = globSync('{lambda,cdk,cli,local}/**/*.ts').toSorted()
const text = (file: string) => readFileSync(file, 'utf8')
const code = (file: string) => text(file).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
const imports = (file: string) =>
  [...code(file).matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)['"]([^'"]+)/g)].map(([, name = '']) => name)

function offences(file: string): string[] {
  const [, places, packages] = TABLE.find(([pattern]) => pattern.test(file)) ?? [/$^/, [], []]
  const [root, folder] = file.split('/')
  const own = root === 'lambda' && folder !== 'handlers' ? `lambda/${folder}/` : `${root}/`
  const allowed = (name: string) => {
    if (!name.startsWith('.')) return packages?.includes(name) ?? true
    const target = normalize(join(dirname(file), name))
    return [...places, ...(own === 'lambda/' ? [] : [own])].some((place) => target.startsWith(place))
  }
  return imports(file).flatMap((name) => (allowed(name) ? [] : [`${file} imports ${name}`]))
}

describe('the house', () => {
  it('imports inward only, and every file has a line in the table', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(files.filter((file) => !TABLE.some(([pattern]) => pattern.test(file)))).toEqual([])
    expect(files.flatMap(offences)).toEqual([])
  })

  it('has a core that neither waits nor knows time or place', () => {
    const impure = /\b(async|await|Promise|Date\.now|Math\.random)\b|new Date\(\)|\b(process|console)\.|\bfetch\(/
    expect(files.filter((file) => file.startsWith('lambda/core/') && impure.test(code(file)))).toEqual([])
  })

  it.each([
    ['sources', ['index', 'source', 'parse']],
    ['formats', ['index', 'format', 'choose-referrers', 'legacy-bundle', 'locate-claims', 'wanted']],
  ])('lists every one of its %s', (folder, others) => {
    const listed = imports(`lambda/${folder}/index.ts`).map((name) => name.slice(2, -3))
    const there = globSync(`lambda/${folder}/*.ts`).map((file) => file.replace(/.*\/|\.ts$/g, ''))
    expect(there.filter((name) => ![...others, ...listed].includes(name))).toEqual([])
  })

  it('has no long file and no `any`', () => {
    const long = [...files, ...globSync('test/**/*.ts')].filter((file) => text(file).split('\n').length > 301)
    expect(long).toEqual([])
    expect(files.filter((file) => /[:<(,|]\s*any\b|\bas any\b/.test(code(file)))).toEqual([])
  })
})
