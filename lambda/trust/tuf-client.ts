import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Updater } from 'tuf-js'
import type { Mirror } from '../core/policy/policy.ts'
import { tufFetcher } from './tuf-fetcher.ts'

/** The roles whose metadata is kept from one refresh to the next: what a mirror has shown once it may not take back. */
const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const

/** Verified TUF metadata by role, each a file's text. */
export type TufMetadata = Readonly<Partial<Record<(typeof ROLES)[number], string>>>

/** What a refresh came to. The metadata is as far as it was verified, so it counts also where the target was not had. */
export type TufResult = { readonly metadata: TufMetadata } & (
  | { readonly target: string }
  | { readonly failure: string }
)

export type TufOptions = {
  readonly fetch?: typeof globalThis.fetch
  /** Ends all of it. */
  readonly signal?: AbortSignal
}

/** How long all of it may take. */
const DEADLINE_MS = 60_000
/** Far above what Sigstore's repositories serve, and together little enough to be kept in one item. */
const LENGTHS = {
  rootMaxLength: 128_000,
  timestampMaxLength: 16_000,
  snapshotMaxLength: 64_000,
  targetsMaxLength: 128_000,
  maxRootRotations: 64,
  maxDelegations: 4,
}

/**
 * Reads a mirror's target by the TUF client workflow, from the metadata kept before or, the first time, from the mirror's
 * initial root. Whatever a mirror does ends in a failure told, never in a throw.
 */
export async function readTarget(
  mirror: Mirror,
  kept: TufMetadata | undefined,
  options: TufOptions = {},
): Promise<TufResult> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-tuf-'))
  try {
    const initial = kept?.root === undefined ? { root: Buffer.from(mirror.root, 'base64').toString() } : kept
    for (const [role, text] of Object.entries(initial)) await writeFile(fileOf(folder, role), text)
    const read = await target(mirror, folder, options).catch((error: unknown) => ({
      failure: error instanceof Error ? error.message : String(error),
    }))
    return { metadata: await metadataIn(folder), ...read }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function target(mirror: Mirror, folder: string, options: TufOptions): Promise<{ readonly target: string }> {
  const { fetch, signal = AbortSignal.timeout(DEADLINE_MS) } = options
  const updater = new Updater({
    metadataDir: folder,
    metadataBaseUrl: mirror.url,
    targetBaseUrl: new URL('targets', `${mirror.url.replace(/\/+$/, '')}/`).href,
    fetcher: tufFetcher(mirror, join(folder, 'download'), signal, fetch),
    config: LENGTHS,
  })
  await updater.refresh()
  const info = await updater.getTargetInfo(mirror.target)
  if (info === undefined) throw new Error(`it has no target "${mirror.target}"`)
  const strong = Object.keys(info.hashes).some((name) => name === 'sha256' || name === 'sha512')
  if (!strong) throw new Error(`its target "${mirror.target}" has neither a sha256 nor a sha512`)
  // A name of our own: what the mirror calls the target is no name of a file (CVE-2026-24137)
  const file = await updater.downloadTarget(info, join(folder, 'target'))
  return { target: await readFile(file, 'utf8') }
}

async function metadataIn(folder: string): Promise<TufMetadata> {
  const read = ROLES.map(async (role) => {
    const text = await readFile(fileOf(folder, role), 'utf8').catch(() => undefined)
    return text === undefined ? [] : [[role, text] as const]
  })
  return Object.fromEntries((await Promise.all(read)).flat())
}

function fileOf(folder: string, role: string): string {
  return join(folder, `${role}.json`)
}
