import { quarantineTag } from '../../lambda/core/tags.ts'
import { pushImage } from '../signing/image.ts'
import { keyless } from '../signing/keyless.ts'
import { pullManifest, pushManifest } from '../signing/push.ts'
import { signImage } from '../signing/sign-image.ts'
import { type Signing, withKey } from '../signing/signing.ts'
import type { Looker } from './look.ts'
import { WORKFLOW } from './policies.ts'
import type { Timeline } from './timeline.ts'

const GRACE = 10 * 60

type Cast = { readonly registry: string; readonly sigstoreUrl: string; readonly privateKey: string }

/** From push to alert to release, each step asked for from outside, as a user would see it. */
export async function tellStory({ chapter, step }: Timeline, look: Looker, cast: Cast): Promise<void> {
  const teamKey = withKey(cast.privateKey)
  const workflow = keyless(WORKFLOW, { url: cast.sigstoreUrl, witnessed: 'rekor1-tsa' })

  chapter('1. Signed images')
  await signedImage('demo/api', 'by the team key', teamKey)
  await signedImage('demo/web', 'keyless by acme/web release.yml', workflow)

  chapter('2. An image that nobody signed')
  const rogue = { registry: cast.registry, name: 'demo/rogue' }
  const image = await pushImage({ ...rogue, tag: 'v1', files: { 'app.txt': 'who made this?\n' } })
  await step('pushed demo/rogue:v1: pending, a signature may still come', () => look.state('demo/rogue:v1', 'pending'))
  await step('the gate says no', () => look.gate('demo/rogue:v1', false))
  await look.advance(GRACE)
  await step('ten minutes later: failed', () => look.state(`demo/rogue@${image.digest}`, 'failed'))
  await tagTaken(image.digest)
  await step('the bytes are kept, by digest and under the quarantine tag', async () => {
    const kept = await look.tag('demo/rogue', quarantineTag(image.digest))
    return (await look.tag('demo/rogue', image.digest)) === kept ? kept : undefined
  })
  const alert = await step('an alert is in the inbox', () => look.alert(image.digest, 'failed'))
  await step(`  "${alert.subject}"`, async () => alert)

  chapter('3. Pushed again while it is quarantined')
  await pushManifest(rogue, image.mediaType, image.bytes, 'v1')
  await tagTaken(image.digest)
  await step('and told again', async () => ((await look.alertCount(image.digest)) > 1 ? true : undefined))
  const fixed = await pushImage({ ...rogue, tag: 'v2', files: { 'app.txt': 'made by the team\n' } })
  await signImage(rogue, fixed, teamKey)
  await step('a signed demo/rogue:v2 beside it is verified and stays', async () =>
    (await look.tag('demo/rogue', 'v2')) === fixed.digest ? look.state('demo/rogue:v2', 'verified') : undefined,
  )

  chapter('4. Signed late')
  await signImage(rogue, image, teamKey)
  await step('signed demo/rogue by digest: verified', () => look.state(`demo/rogue@${image.digest}`, 'verified'))
  await step('the tag v1 is given back', async () =>
    (await pullManifest(rogue, 'v1'))?.digest === image.digest ? true : undefined,
  )
  await step('told as recovered', () => look.alert(image.digest, 'verified'))
  await step('the gate says yes', () => look.gate('demo/rogue:v1', true))

  async function signedImage(name: string, how: string, signing: Signing): Promise<void> {
    const repository = { registry: cast.registry, name }
    const pushed = await pushImage({ ...repository, tag: 'v1', files: { 'app.txt': `${name}\n` } })
    await signImage(repository, pushed, signing)
    await step(`pushed ${name}:v1, signed ${how}: verified`, () => look.state(`${name}:v1`, 'verified'))
    await step('the gate says yes', () => look.gate(`${name}:v1`, true))
  }

  async function tagTaken(digest: string): Promise<void> {
    await step('its tag v1 is taken away', async () =>
      (await look.tag('demo/rogue', 'v1')) === 'gone' ? true : undefined,
    )
    await step('status by tag still finds it, quarantined', async () => {
      const status = await look.state('demo/rogue:v1', 'failed')
      return status?.quarantined && status.digest === digest ? status : undefined
    })
  }
}
