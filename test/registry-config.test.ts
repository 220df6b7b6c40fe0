import { describe, expect, it } from 'vitest'
import { Misconfigured } from '../lambda/errors.ts'
import { isEcr, isWatched, registriesFrom } from '../lambda/registry-config.ts'

const ecr = { host: '111122223333.dkr.ecr.eu-west-1.amazonaws.com', account: '111122223333', region: 'eu-west-1' }

describe('the list of registries', () => {
  it('holds registries of ECR and others, under their normalised hosts', () => {
    const oci = { credentials: '/opt/docker/config.json', overwrite: true }
    const text = JSON.stringify([ecr, { host: 'Docker.io', oci }, { host: 'localhost:5000', oci: { scheme: 'http' } }])
    const registries = registriesFrom(text)
    expect(registries).toEqual([
      ecr,
      { host: 'index.docker.io', oci },
      { host: '127.0.0.1:5000', oci: { scheme: 'http' } },
    ])
    expect(registries.filter(isEcr)).toEqual([ecr])
  })

  it('tells those whose pushes are watched from those that only bases are read from', () => {
    const others = [
      { host: 'read.example', oci: {} },
      { host: 'cgr.dev', oci: { credentials: '/f', bases: true } },
    ]
    const registries = registriesFrom(JSON.stringify([ecr, ...others]))
    expect(registries).toEqual([ecr, ...others])
    expect(registries.filter(isWatched).map(({ host }) => host)).toEqual([ecr.host, 'read.example'])
  })

  it.each([
    ['what is not JSON', '[{', /expected array/],
    ['no registries', '[]', />=1 items/],
    ['what is no entry', '[7]', /received number\s+→ at \[0\]/],
    ['an account that is none', [{ ...ecr, account: '1' }], /12 digits\s+→ at \[0\]\.account/],
    ['a registry of neither form', [ecr, { host: 'a.example' }], /→ at \[1\]\.account[\s\S]*→ at \[1\]\.region/],
    ['a registry of both forms', [{ ...ecr, oci: {} }], /Unrecognized keys: "account", "region"\s+→ at \[0\]/],
    ['a misspelt setting', [{ host: 'a.example', oci: { overwite: true } }], /"overwite"\s+→ at \[0\]\.oci/],
    ['a maybe', [{ host: 'a.example', oci: { overwrite: 'yes' } }], /true, or left out\s+→ at \[0\]\.oci\.overwrite/],
    ['a no', [{ host: 'a.example', oci: { bases: false } }], /true, or left out\s+→ at \[0\]\.oci\.bases/],
    [
      'bases whose tags are taken',
      [{ host: 'a.example', oci: { bases: true, overwrite: true } }],
      /no tag is overwritten/,
    ],
    ['ECR for bases only', [{ ...ecr, bases: true }], /Unrecognized key: "bases"/],
    ['a scheme said twice', [{ host: 'a.example', oci: { scheme: 'https' } }], /"http"\s+→ at \[0\]\.oci\.scheme/],
    ['no file', [{ host: 'a.example', oci: { credentials: '' } }], /→ at \[0\]\.oci\.credentials/],
    [
      'one host twice',
      [
        { host: 'A.example', oci: {} },
        { ...ecr, host: 'a.example:443' },
      ],
      /name the same host/,
    ],
  ])('may not hold %s', (_, list, message) => {
    const read = () => registriesFrom(typeof list === 'string' ? list : JSON.stringify(list))
    expect(read).toThrow(Misconfigured)
    expect(read).toThrow(message)
  })
})
