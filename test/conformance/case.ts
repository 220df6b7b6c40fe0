import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Identity } from '../../lambda/core/policy/policy.ts'

/** A case of sigstore-conformance: a folder whose name ends in `_fail` where the bundle must be turned away. */
export type Case = {
  readonly name: string
  readonly mustFail: boolean
  /** Text, since some are broken on purpose. */
  readonly bundle: string
  readonly artifact: Buffer
  readonly signer: { readonly pem: string } | { readonly identity: Identity }
  /** Undefined: the public-good root. */
  readonly root: string | undefined
}

// What the suite's README names where a case says nothing
const IDENTITY =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main'
const ISSUER = 'https://token.actions.githubusercontent.com'

/** All cases below a copy of the suite, by name. */
export async function readCases(suite: string): Promise<Case[]> {
  const folder = join(suite, 'test/assets/bundle-verify')
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return Promise.all(names.toSorted().map((name) => readCase(folder, name)))
}

async function readCase(folder: string, name: string): Promise<Case> {
  const read = (file: string) => readIfThere(join(folder, name, file))
  const text = async (file: string) => (await read(file))?.toString()
  const [pem, subject, issuer] = await Promise.all(['key.pub', 'identity', 'issuer'].map(text))
  const exact = (value: string | undefined, otherwise: string) => ({ exact: value?.trim() ?? otherwise })
  const identity = { issuer: exact(issuer, ISSUER), subject: exact(subject, IDENTITY), claims: {} }
  return {
    name,
    mustFail: name.endsWith('_fail'),
    bundle: await readFile(join(folder, name, 'bundle.sigstore.json'), 'utf8'),
    artifact: (await read('artifact')) ?? (await readFile(join(folder, 'a.txt'))),
    signer: pem === undefined ? { identity } : { pem },
    root: await text('trusted_root.json'),
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}
