import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Misconfigured } from '../../lambda/errors.ts'
import { dockerCredentials } from '../../lambda/registry/docker-credentials.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'

const login = (text: string) => ({ auth: Buffer.from(text).toString('base64') })

function fileOf(content: unknown): string {
  const file = join(temporaryFolder(), 'config.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

it.each([
  ['registry.example', { username: 'robot', password: 'a:b' }],
  ['index.docker.io', { username: 'hub', password: 'secret' }],
  ['127.0.0.1:5000', { username: 'local', password: '' }],
  ['other.example', undefined],
  ['helped.example', undefined],
])('finds the login for %s', (host, found) => {
  const auths = {
    'registry.example': login('robot:a:b'),
    'https://index.docker.io/v1/': login('hub:secret'),
    'localhost:5000': login('local:'),
    'helped.example': {},
  }
  expect(dockerCredentials(fileOf({ auths, credsStore: 'desktop' }), host)).toEqual(found)
})

it('finds no login in a file without any', () => {
  expect(dockerCredentials(fileOf({}), 'registry.example')).toBeUndefined()
})

it.each([
  ['is not there', () => join(temporaryFolder(), 'config.json')],
  ['is not JSON', () => fileOf('{"auths": {"registry.example": {"auth": "canary"')],
  ['is something else', () => fileOf({ auths: ['canary'] })],
])('names a file that %s, and nothing that is in it', (_, make) => {
  const file = make()
  const read = () => dockerCredentials(file, 'registry.example')
  expect(read).toThrow(Misconfigured)
  expect(read).toThrow(file)
  expect(read).not.toThrow(/canary/)
})
