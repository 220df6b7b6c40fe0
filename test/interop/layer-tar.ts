import { chmod, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from './tools.ts'

/** A file of a layer: its text, or what else there is to say of it. A path that ends in `/` is a folder. */
type File = string | { readonly text?: string; readonly mode?: number; readonly link?: string }
export type Files = Readonly<Record<string, File>>

/** Packs files with real tar, as a layer holds them: with their folders, owned by root. Returns the path of the archive. */
export async function layerTar(folder: string, files: Files): Promise<string> {
  const root = await mkdtemp(join(folder, 'layer-'))
  for (const [path, file] of Object.entries(files)) await write(join(root, path), file)
  const archive = `${root}.tar`
  await run('tar', ['-C', root, '--owner=0', '--group=0', '--numeric-owner', '-cf', archive, '.'])
  return archive
}

async function write(path: string, file: File): Promise<void> {
  const { text = '', mode, link } = typeof file === 'string' ? { text: file } : file
  await mkdir(path.endsWith('/') ? path : dirname(path), { recursive: true })
  if (link !== undefined) await symlink(link, path)
  else if (!path.endsWith('/')) await writeFile(path, text)
  if (mode !== undefined) await chmod(path, mode)
}
