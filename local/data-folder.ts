import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { Misconfigured } from '../lambda/errors.ts'

/** Whose folder it is, for people; the lock itself is the kernel's. */
const PID = 'process.pid'

export interface DataFolder {
  readonly path: string
  /** Lets another stack have the folder. */
  close(): Promise<void>
}

/** Creates the folder of a stack and keeps every other stack out of it; the kernel ends that when the process dies, however it dies. */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const path = resolve(folder)
  await createFolder(path)
  const lock = new ClassicLevel(join(path, 'lock'))
  try {
    await lock.open()
  } catch (error) {
    throw new Misconfigured(
      isLocked(error) ? await taken(path) : `cannot lock the data folder ${path}: ${reason(error)}`,
    )
  }
  await writeFile(join(path, PID), String(process.pid))
  return { path, close: () => lock.close() }
}

async function createFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    throw new Misconfigured(`cannot create the data folder ${path}: ${reason(error)}; set ASSAY_DATA to another folder`)
  }
}

async function taken(path: string): Promise<string> {
  const pid = await readFile(join(path, PID), 'utf8').catch(() => 'unknown')
  return `another "npm start" uses the data folder ${path} (process ${pid}): stop it, or set ASSAY_DATA to another folder`
}

function isLocked(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.cause instanceof Error &&
    'code' in error.cause &&
    error.cause.code === 'LEVEL_LOCKED'
  )
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.cause instanceof Error ? error.cause : error).message : String(error)
}
