import { describe, expect, it, test } from 'vitest'
import { readImageConfig } from '../../lambda/core/image-config.ts'
import { digest } from './records.ts'

const OCI = 'application/vnd.oci.image.config.v1+json'
const read = (text: string, mediaType = OCI) =>
  readImageConfig({ mediaType, digest: digest(1), size: text.length, annotations: {} }, Buffer.from(text))

describe('an image config', () => {
  test.each([
    [{ os: 'linux', architecture: 'amd64' }, 'linux/amd64'],
    [{ os: 'linux', architecture: 'arm', variant: 'v7' }, 'linux/arm/v7'],
    [{ os: 'linux' }, 'linux'],
  ])('%j names its platform', (json, platform) => {
    expect(read(JSON.stringify(json))).toEqual({ platform, json })
  })

  it('has nothing where it has null, as Go reads it: a user who is null is root', () => {
    const json = { os: 'linux', config: { User: null, Env: ['A=b'] }, history: null }
    expect(read(JSON.stringify(json))).toEqual({
      platform: 'linux',
      json: { os: 'linux', config: { Env: ['A=b'] } },
    })
  })

  it("is Docker's too", () => {
    expect(read('{"os":"linux"}', 'application/vnd.docker.container.image.v1+json')).toMatchObject({
      platform: 'linux',
    })
  })

  test.each([
    ['{', 'config-missing', 'the image config is not JSON'],
    ['[]', 'config-missing', 'it is not a JSON object'],
    ['{}', 'config-missing', 'it names neither os nor architecture'],
    ['{"os":"linux","os":"windows"}', 'config-missing', 'the image config has a key twice'],
    [
      '{"os":"linux","config":{"User":0}}',
      'config-missing',
      'config.User: Invalid input: expected string, received number',
    ],
    [
      '{"os":"linux","config":{"Env":[1]}}',
      'config-missing',
      'config.Env.0: Invalid input: expected string, received number',
    ],
    // A runtime written in Go takes either for the user
    [
      '{"os":"linux","config":{"User":"app","user":"root"}}',
      'config-missing',
      'key "user" differs by case only from "User"',
    ],
    ['{"os":"linux","Config":{"User":"root"}}', 'config-missing', 'key "Config" differs by case only from "config"'],
    [`{"os":"linux","a":${'['.repeat(40)}${']'.repeat(40)}}`, 'over-limit', 'it nests deeper than 32 levels'],
    [
      `{"os":"linux","a":[${'0,'.repeat(100_000)}0]}`,
      'over-limit',
      'it has 100005 brackets, colons and commas; at most 100000 are read',
    ],
  ])('%.60s is none', (text, reason, fault) => {
    expect(read(text)).toEqual({ reason, fault })
  })

  it('of another media type is none', () => {
    expect(read('{"os":"linux"}', 'application/vnd.oci.empty.v1+json')).toEqual({
      reason: 'config-missing',
      fault: 'its media type is "application/vnd.oci.empty.v1+json", not an image config',
    })
  })
})
