import { createPublicKey } from 'node:crypto'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keyName, spki } from '../../lambda/trust/keys.ts'
import { pushImage } from '../../local/signing/image.ts'
import { generateKeys } from '../../local/signing/key.ts'
import { signImage } from '../../local/signing/sign-image.ts'
import { withKey } from '../../local/signing/signing.ts'
import { documentOf } from '../core/policy/documents.ts'
import { emptyRepository } from '../local/signing/registry.ts'
import { temporaryFolder } from '../local/temporary-folder.ts'
import { printed } from './printed.ts'

const KEYS = generateKeys()
const policy = (host: string, name: string, key: string) =>
  documentOf(
    'VerificationPolicy',
    `images: [{ glob: "${host}/{team}/app" }]\nauthorities: [{ name: key, key: { data: ${JSON.stringify(key)} } }]`,
    name,
  )
const other = documentOf(
  'ClusterImagePolicy',
  'images: [{ glob: "ghcr.io/**" }]\nauthorities: [{ static: { action: pass } }]',
  'elsewhere',
)

/** An image under two tags, and a file with policies and an Enforcement. */
async function pushed(enforcement: string, key = KEYS.publicKey) {
  const repository = await emptyRepository()
  const host = new URL(repository.registry).host
  const image = await pushImage({ ...repository, tag: 'v1', files: { app: 'app' } })
  const acting = documentOf('Enforcement', `images: [{ glob: "${host}/**" }]\n${enforcement}`, 'prod')
  const file = join(temporaryFolder(), 'policy.yaml')
  writeFileSync(file, [policy(host, 'signed', key), other, acting].join('---\n'))
  return { repository, image, file, reference: `${host}/acme/app:v1`, id: `${host}/acme/app@${image.digest}`, host }
}

describe('assay policy explain', () => {
  it('says which policies cover an image, why each check came out so, and what would follow', async () => {
    const { file, reference, id, host } = await pushed('environment: prod\nonFailure: quarantine\nprotect: ["**:v1"]')
    expect(await printed('explain', reference, '--policy', file)).toEqual([
      `${id} failed`,
      'VerificationPolicy signed (enforce): fail',
      `  covers it by ${host}/{team}/app (team = acme); asks one of: key`,
      '  ✗ signed/key: no-signature\n      nothing on the image claims to be a signature',
      'ClusterImagePolicy elsewhere does not cover it: ghcr.io/**',
      `Enforcement prod (prod) on ${host}/**: takes the tags of what has failed 10m after its first tag, but never **:v1, up to 20 images or 50 % of a repository in ten minutes; says no to what no longer holds`,
      'What follows: the gate says no; its tags are taken and an alert tells, 10m after its first tag; v1 is protected and stays; had it been verified before, it keeps its tags',
    ])
  })

  it('of a signed one, too', async () => {
    const { repository, image, file, reference } = await pushed('onFailure: observe')
    await signImage(repository, image, withKey(KEYS.privateKey))
    const lines = await printed('explain', reference, '--policy', file)
    expect(lines[1]).toBe('VerificationPolicy signed (enforce): pass')
    expect(lines.at(-1)).toBe('What follows: nothing is taken, and the gate says yes')
  })

  it('of a signer who is denied', async () => {
    const { repository, image, file, reference } = await pushed('onFailure: observe')
    await signImage(repository, image, withKey(KEYS.privateKey))
    const key = keyName(spki(createPublicKey(KEYS.publicKey)))
    appendFileSync(file, `---\n${documentOf('DenyList', `keys: ["${key}"]`, 'incident')}`)
    expect(await printed('explain', reference, '--policy', file)).toEqual(
      expect.arrayContaining([
        `  ✗ signed/key: denied\n      the signer is denied: signed by key ${key}; DenyList incident denies this key`,
        'DenyList incident denies keys (1)',
      ]),
    )
  })

  it('as JSON, in the shape that is documented', async () => {
    const { file, reference, id, image, host } = await pushed('failFast: true\nonDegraded: allow')
    const [json = ''] = await printed('explain', reference, '--policy', file, '--output', 'json')
    expect(JSON.parse(json)).toEqual({
      image: id,
      digest: image.digest,
      state: 'failed',
      policies: [
        {
          kind: 'VerificationPolicy',
          name: 'signed',
          mode: 'enforce',
          coveredBy: `${host}/{team}/app`,
          captures: { team: 'acme' },
          asks: 'one of: key',
          outcome: 'fail',
          checks: [
            {
              name: 'signed/key',
              outcome: 'fail',
              reason: 'no-signature',
              message: 'nothing on the image claims to be a signature',
            },
          ],
        },
      ],
      others: [{ kind: 'ClusterImagePolicy', name: 'elsewhere', covers: ['ghcr.io/**'] }],
      base: null,
      denyLists: [],
      enforcement: `Enforcement prod on ${host}/**: tells what has failed, and takes nothing; says yes to what no longer holds`,
      effect:
        'the gate says no; an alert tells, 10m after its first tag, or at once where a signature is bad; nothing is taken; had it been verified before, it keeps its tags and the gate says yes',
    })
  })

  it('needs policies', async () => {
    await expect(printed('explain', 'ghcr.io/acme/app')).rejects.toThrow()
  })
})
