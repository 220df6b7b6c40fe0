import { describe, expect, it } from 'vitest'
import { getGate } from '../lambda/api/gate.ts'
import { getStatus } from '../lambda/api/status.ts'
import { Unavailable } from '../lambda/errors.ts'
import { judge } from '../lambda/pipeline.ts'
import { generateKeys } from '../local/signing/key.ts'
import { setOf } from './core/policy/documents.ts'
import { failing, intercepted, once } from './memory/faults.ts'
import { attach, runnable, signLegacy } from './memory/images.ts'
import { ATTESTED, oneImage } from './memory/one-image.ts'
import { replayAll } from './memory/replay-all.ts'
import { HOST, KEYS, NAME, policies, signedPolicy } from './memory/world.ts'

const WARNED = { name: 'evidence', outcome: 'warn', reason: 'evidence-removed' }
const app = runnable('app')

/** An image once it was verified by its signature, and that is gone. */
async function unsigned(set = policies()) {
  const its = await oneImage(set)
  const signature = await its.sign(its.digest)
  expect(await its.again()).toMatchObject({ state: 'verified' })
  its.remove(signature)
  return { ...its, signature }
}

describe('a signature that is no longer in the registry', () => {
  it('counts on, is told of, and lets the image be deployed', async () => {
    const { again, digest, signature, outside, settle, told, pass, record } = await unsigned()
    expect(await again()).toMatchObject({ state: 'verified', rev: 1, todo: [], signers: [{ kind: 'key' }] })
    await settle()
    await pass(3)
    const image = `${HOST}/${NAME}@${digest}`
    const message = `no longer in the registry; the kept copy counts: ${signature.slice(0, 19)}`
    expect((await getStatus(outside.world, { image })).body).toMatchObject({
      state: 'verified',
      checks: [{ ...WARNED, message }, { outcome: 'pass' }],
    })
    expect((await getGate(outside.world, { image })).body).toMatchObject({ allow: true, because: 'verified' })
    expect([told(), (await record(digest))?.lastError]).toEqual([[], undefined])
  })

  it('counts each time, and nothing piles up', async () => {
    const { again, keptBy, record, digest, attest, remove, signature } = await unsigned()
    const first = (await record(digest))?.transcript
    const kept = { transcript: first, gone: [signature] }
    for (let n = 0; n < 3; n++) {
      const passing = await attest(n)
      expect(keptBy((await again())?.transcript)).toEqual(kept)
      remove(passing)
      expect(keptBy((await again())?.transcript)).toEqual(kept)
    }
  })

  it('is no longer told of once the image is signed anew, and what is there then is what is kept', async () => {
    const { again, sign, digest, remove, keptBy } = await unsigned()
    await again()
    const anew = await sign(digest)
    const signed = await again()
    expect(signed).toMatchObject({ state: 'verified', checks: [{ outcome: 'pass' }] })
    expect(keptBy(signed?.transcript)).toBeUndefined()
    remove(anew)
    expect(keptBy((await again())?.transcript)).toEqual({ transcript: signed?.transcript, gone: [anew] })
  })

  it('counts where it lay under a tag, told by the event of its deletion', async () => {
    const { outside, digest, again, remove, settle, record } = await oneImage()
    const tag = signLegacy(outside.registry, NAME, digest, KEYS.privateKey)
    expect(await again()).toMatchObject({ state: 'verified' })
    remove(tag)
    outside.queue.send({ id: 'event', source: 'ecr', kind: 'delete', host: HOST, name: NAME, tag, at: '2026' })
    await settle()
    expect(await record(digest)).toMatchObject({ state: 'verified', checks: [WARNED, { outcome: 'pass' }] })
    await again()
  })

  it('does not count where its tag holds something else', async () => {
    const { outside, digest, again } = await oneImage()
    signLegacy(outside.registry, NAME, digest, KEYS.privateKey)
    await again()
    signLegacy(outside.registry, NAME, digest, generateKeys().privateKey)
    expect(await again()).toMatchObject({ state: 'degraded', checks: [{ reason: 'signature-invalid' }] })
  })

  it('counts where a bad one was pushed in its place', async () => {
    const { again, sign, digest } = await unsigned()
    await sign(digest, generateKeys().privateKey)
    expect(await again()).toMatchObject({ state: 'verified', checks: [WARNED, { outcome: 'pass' }] })
  })

  it('counts where something was pushed that is more than is read', async () => {
    const { again, outside, digest } = await unsigned()
    attach(outside.registry, NAME, digest, { junk: 'x'.repeat(9 * 1024 * 1024) })
    expect(await again()).toMatchObject({ state: 'verified', checks: [WARNED, { outcome: 'pass' }] })
    expect((await again())?.lastError).toBeUndefined()
  })

  it('does not count where it is beyond what is read, and then what is there counts', async () => {
    const { outside, digest, sign, again, remove } = await oneImage()
    let signature = await sign(digest)
    for (; signature < 'sha256:8'; signature = await sign(digest)) remove(signature)
    expect(await again()).toMatchObject({ state: 'verified' })
    remove(signature)
    for (let [n, before] = [0, 0]; before < 100; n++) {
      const junk = attach(outside.registry, NAME, digest, { n })
      if (junk < signature) before++
      else remove(junk)
    }
    expect(await again()).toMatchObject({ state: 'degraded', checks: [{ outcome: 'fail' }] })
  })

  it('is nothing to tell of where it is back by the second look', async () => {
    const { again, outside, signature, digest, keptBy } = await unsigned()
    const bytes = outside.kept.get(signature)!
    const back = () => outside.registry.addManifest(NAME, { digest: signature, mediaType: app.mediaType, bytes }, [])
    const [, layer] = [...outside.kept].find(([, one]) => Buffer.from(one).includes('dsseEnvelope')) ?? []
    outside.registry.addBlob(NAME, layer!)
    const record = await again(intercepted(outside.world, once('evidence', 'get', back)))
    expect(record).toMatchObject({ digest, state: 'verified', checks: [{ outcome: 'pass' }] })
    expect(keptBy(record?.transcript)).toBeUndefined()
  })

  it('counts where only its blob is gone', async () => {
    const { outside, digest, sign, again } = await oneImage()
    const signature = await sign(digest)
    await again()
    const fetched = await outside.registry.registry.manifest(NAME, signature)
    const { layers } = JSON.parse(Buffer.from(fetched!.bytes).toString()) as typeof app
    outside.registry.removeBlob(NAME, layers[0]!.digest)
    const message = expect.stringContaining(signature.slice(0, 19))
    expect(await again()).toMatchObject({ state: 'verified', checks: [{ ...WARNED, message }, { outcome: 'pass' }] })
  })

  it.each([
    ['another key is asked for', askingFor(generateKeys().publicKey)],
    ['an attestation is asked for', signedPolicy('signed', ATTESTED)],
  ])('does not count where %s by now', async (_, text) => {
    const { again, outside } = await unsigned()
    expect(await again({ ...outside.world, policies: setOf(text) })).toMatchObject({ state: 'degraded' })
    // Since then something may have spoken against it: from here on it is judged by what is there
    expect(await again()).toMatchObject({ state: 'degraded', checks: [{ reason: 'no-signature' }] })
  })

  it('does not count where it went while the image was no longer verified', async () => {
    const { outside, digest, sign, again, remove } = await oneImage()
    const signature = await sign(digest)
    await again()
    const mistaken = { ...outside.world, policies: setOf(askingFor(generateKeys().publicKey)) }
    expect(await again(mistaken)).toMatchObject({ state: 'degraded' })
    remove(signature)
    expect(await again()).toMatchObject({ state: 'degraded', checks: [{ reason: 'no-signature' }] })
  })

  it('saves no image that was not verified with it', async () => {
    const { sign, digest, remove, settle, pass, record, push } = await oneImage()
    const signature = await sign(digest)
    remove(signature)
    await settle()
    await pass(11)
    expect(await record(digest)).toMatchObject({ state: 'failed', checks: [{ reason: 'no-signature' }] })
    push(app, 'v2')
    await pass(1)
    expect(await record(digest)).toMatchObject({ state: 'failed', checks: [{ reason: 'no-signature' }] })
  })

  it('does not bring the image itself back', async () => {
    const { remove, digest, again } = await unsigned()
    remove(digest)
    expect(await again()).toMatchObject({
      state: 'verified',
      goneAt: expect.any(String),
      checks: [{ outcome: 'pass' }],
    })
  })
})

describe('an attestation that is no longer in the registry', () => {
  async function attested() {
    const its = await oneImage(setOf(signedPolicy('content', ATTESTED)))
    const passing = await its.attest(10)
    expect(await its.again()).toMatchObject({ state: 'verified' })
    its.remove(passing)
    return its
  }

  it('counts on', async () => {
    const { again } = await attested()
    expect(await again()).toMatchObject({ state: 'verified', checks: [WARNED, { outcome: 'pass' }] })
  })

  it('hides no newer one that speaks against the image, and does not count once that is gone too', async () => {
    const { attest, again, remove } = await attested()
    const failed = await attest(9)
    expect(await again()).toMatchObject({ state: 'degraded', checks: [{ reason: 'policy-not-met' }] })
    remove(failed)
    expect(await again()).toMatchObject({ state: 'degraded', checks: [{ reason: 'no-signature' }] })
  })
})

describe('an index each of whose platforms is signed by itself', () => {
  async function index() {
    const set = setOf(signedPolicy('each', '  platforms: each\n'))
    const its = await oneImage(set)
    const { outside } = its
    const child = outside.registry.push(NAME, runnable('amd64'))
    const platform = { os: 'linux', architecture: 'amd64' }
    const manifests = [{ mediaType: app.mediaType, digest: child, size: 1, platform }]
    const mediaType = 'application/vnd.oci.image.index.v1+json'
    const digest = its.push({ schemaVersion: 2, mediaType, manifests } as { mediaType: string }, 'multi')
    const signature = await its.sign(child)
    const again = async () => {
      const record = await judge(outside.world, { ...its.id, digest })
      await replayAll(outside.world.store, outside.world.evidence)
      return record
    }
    expect(await again()).toMatchObject({ state: 'verified' })
    return { ...its, child, signature, again }
  }

  it('stays verified where the signature of one is gone', async () => {
    const { remove, signature, again } = await index()
    remove(signature)
    expect(await again()).toMatchObject({ state: 'verified', checks: [WARNED, { platform: 'linux/amd64' }] })
  })

  it('does not where the platform itself is gone', async () => {
    const { remove, child, again } = await index()
    remove(child)
    expect(await again()).toMatchObject({ state: 'degraded', checks: [{ reason: 'child-missing' }] })
  })
})

describe('what is kept', () => {
  it('is not asked for while the registry has enough', async () => {
    const { again, sign, digest, outside } = await oneImage()
    await sign(digest)
    const asked: string[] = []
    const watched = intercepted(outside.world, (port, method) => void asked.push(`${port} ${method}`))
    await again(watched)
    await again(watched)
    expect(asked).toContain('evidence put')
    expect(asked).not.toContain('evidence get')
  })

  it('cannot help where it is lost itself', async () => {
    const { again, outside } = await unsigned()
    const evidence = { ...outside.world.evidence, get: async () => undefined }
    expect(await again({ ...outside.world, evidence })).toMatchObject({ state: 'degraded' })
  })

  it('is waited for where it does not answer', async () => {
    const { again, outside, record, digest } = await unsigned()
    const down = failing(outside.world, (port, method) => port === 'evidence' && method === 'get')
    await expect(again(down)).rejects.toThrow(Unavailable)
    expect(await record(digest)).toMatchObject({ state: 'verified' })
  })
})

/** The usual policy, for another key. */
function askingFor(publicKey: string): string {
  const lines = publicKey.trim().split('\n')
  const usual = KEYS.publicKey.trim().split('\n')
  return usual.reduce((text, line, at) => text.replace(line, lines[at] ?? ''), signedPolicy('signed'))
}
