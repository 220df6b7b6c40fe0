import { describe, expect, test } from 'vitest'
import { readGitSource } from '../../lambda/core/git-source.ts'

const APP = 'https://github.com/acme/app'

describe('readGitSource', () => {
  test.each([
    [APP, APP, undefined],
    [`git+${APP}`, APP, undefined],
    [`git+${APP}@refs/heads/main`, APP, 'refs/heads/main'],
    [`git+${APP}.git@refs/tags/v1`, APP, 'refs/tags/v1'],
    [`git+${APP}@refs/heads/fix@2`, APP, 'refs/heads/fix@2'],
    [`${APP}.git#refs/tags/v0.11.0`, APP, 'refs/tags/v0.11.0'],
    [`${APP}.git#main:docker/app`, APP, 'main'],
    [`${APP}.git#:docker`, APP, undefined],
    [`${APP}/`, APP, undefined],
    [`${APP}.git//`, APP, undefined],
    ['HTTPS://GitHub.com:443/acme/app', APP, undefined],
    ['https://github.com/acme/app.github', 'https://github.com/acme/app.github', undefined],
    ['https://github.com/Acme/app', 'https://github.com/Acme/app', undefined],
    ['http://github.com/acme/app', 'http://github.com/acme/app', undefined],
    ['git+ssh://git@github.com/acme/app.git', 'ssh://git@github.com/acme/app', undefined],
    ['https://git.example:8443/a/b/c.git', 'https://git.example:8443/a/b/c', undefined],
  ])('%s', (uri, repository, ref) => {
    expect(readGitSource(uri)).toEqual({ repository, ...(ref && { ref }) })
  })

  test.each([
    '',
    'acme/app',
    'github.com/acme/app',
    'https://github.com',
    'https://github.com/',
    'https://github.com/.git',
    'https://github.com/acme/.git',
    'https://github.com@evil.example/acme/app',
    'https://git@evil.example/acme/app',
    'https://github.com/acme/../evil/app',
    'https://github.com/acme/%2e%2e/evil/app',
    'https://github.com/acme\\..\\evil',
    'https://github.com//acme/app',
    'https://github.com/acme/app?ref=main',
    'https://github.com/acme/app @refs/heads/main',
    'https://github.com/acme/äpp',
    `${APP}@refs/heads/main#refs/heads/evil`,
    'git@github.com:acme/app.git',
    'file:///acme/app',
    `https://github.com/${'a'.repeat(3_000)}`,
  ])('%s can be read two ways, or none', (uri) => {
    expect(readGitSource(uri)).toBeUndefined()
  })
})
