import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Misconfigured } from '../../lambda/errors.ts'
import { openDataFolder } from '../../local/data-folder.ts'
import { temporaryFolder } from './temporary-folder.ts'

const module = new URL('../../local/data-folder.ts', import.meta.url).href

test('the folder is made, with its parents', async () => {
  const path = join(temporaryFolder(), 'a', 'b')
  const folder = await openDataFolder(path)
  onTestFinished(() => folder.close())
  expect(folder.path).toBe(path)
  expect(existsSync(path)).toBe(true)
})

test('a second stack is refused in one clear line, and let in after the first has closed', async () => {
  const path = temporaryFolder()
  const first = await openDataFolder(path)
  const refused = openDataFolder(path)
  await expect(refused).rejects.toThrow(Misconfigured)
  await expect(refused).rejects.toThrow(
    `another "npm start" uses the data folder ${path} (process ${process.pid}): stop it, or set ASSAY_DATA to another folder`,
  )
  await first.close()
  await (await openDataFolder(path)).close()
})

test('another process is refused too, until the first is killed', async () => {
  const path = temporaryFolder()
  const script = `const { openDataFolder } = await import(${JSON.stringify(module)})
    await openDataFolder(${JSON.stringify(path)})
    console.log('open')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  await expect(openDataFolder(path)).rejects.toThrow('another "npm start" uses the data folder')

  child.kill('SIGKILL')
  await once(child, 'exit')
  const folder = await vi.waitFor(() => openDataFolder(path))
  await folder.close()
})

test('a folder that cannot be made is a clear error', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  await expect(openDataFolder(join(file, 'data'))).rejects.toThrow(/cannot create the data folder .*set ASSAY_DATA/)
})
