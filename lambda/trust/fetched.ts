import * as z from 'zod'
import { canonicalHash } from '../core/canonical.ts'
import type { Mirror, TrustedRoots } from '../core/policy/policy.ts'
import type { StatusStore } from '../ports.ts'
import { trustMaterials } from './roots.ts'

const file = z.string().optional()

/** What is kept of a mirror: its root and when that was last confirmed, the TUF metadata, and whose they are. */
const keptRoot = z.object({
  anchor: z.string(),
  /** When the mirror was first asked: its age counts from here where there is no root yet. */
  since: z.string(),
  root: file,
  fetchedAt: file,
  metadata: z.object({ root: file, timestamp: file, snapshot: file, targets: file }),
})
const keptKey = z.object({ since: z.string(), pem: file, fetchedAt: file })
const keptVersion = z.object({ version: z.string() })

export type KeptRoot = z.infer<typeof keptRoot>
export type KeptKey = z.infer<typeof keptKey>

/** The part of the status table that fetched trust lies in. */
export type TrustStore = Pick<StatusStore, 'system' | 'putSystem'>

/** Which roots and keys are fetched: those that policies name. */
export type Named = { readonly mirrors: readonly Mirror[]; readonly keyArns: readonly string[] }

/** What has been fetched of that, ready for use. */
export type Fetched = { readonly roots: TrustedRoots; readonly keys: Readonly<Record<string, string>> }

export const rootKey = (name: string) => `trust#root#${name}`
export const keyKey = (arn: string) => `trust#key#${arn}`
export const VERSION_KEY = 'trust#version'

/** What is kept of this very mirror: under another URL, target or initial root nothing of it counts. */
export async function readKeptRoot(store: TrustStore, mirror: Mirror): Promise<KeptRoot | undefined> {
  const kept = keptRoot.safeParse(await store.system(rootKey(mirror.name))).data
  return kept?.anchor === anchorOf(mirror) ? kept : undefined
}

export async function readKeptKey(store: TrustStore, arn: string): Promise<KeptKey | undefined> {
  return keptKey.safeParse(await store.system(keyKey(arn))).data
}

/** A name for all that was fetched, different whenever any of it is; undefined before the first fetch. */
export async function readVersion(store: TrustStore): Promise<string | undefined> {
  return keptVersion.safeParse(await store.system(VERSION_KEY)).data?.version
}

/** Reads the roots and keys fetched last. What is not there yet, or cannot be used any more, is left out. */
export async function readFetched(store: TrustStore, { mirrors, keyArns }: Named): Promise<Fetched> {
  const roots = mirrors.map(
    async (mirror) => [mirror.name, usableRoot(mirror.name, await readKeptRoot(store, mirror))] as const,
  )
  const keys = keyArns.map(async (arn) => [arn, (await readKeptKey(store, arn))?.pem] as const)
  return { roots: present(await Promise.all(roots)), keys: present(await Promise.all(keys)) }
}

/** A trusted_root.json as text that may be trusted as it stands; throws where it may not. */
export function parseRoot(name: string, text: string): unknown {
  const root: unknown = JSON.parse(text)
  trustMaterials({ [name]: root })
  return root
}

/** Which mirror this is, by all that decides whom it makes us trust. */
export function anchorOf({ url, root, target }: Mirror): string {
  return canonicalHash({ url, root, target })
}

export function versionOf(fetched: Fetched): string {
  return canonicalHash(fetched)
}

// A newer release may ask more of a root than the one that kept it
function usableRoot(name: string, kept: KeptRoot | undefined): unknown {
  try {
    return kept?.root === undefined ? undefined : parseRoot(name, kept.root)
  } catch {
    return undefined
  }
}

function present<T>(entries: readonly (readonly [string, T | undefined])[]): Record<string, T> {
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
