import { execFile } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StatusResponse } from '../../lambda/core/response.ts'
import { startRegistry } from '../../local/registry/server.ts'
import { pushLayout } from '../vectors/layout.ts'
import { expectedExit, keyTextOf, predicateTypeOf, readVectors, type Vector } from '../vectors/vector.ts'
import { cosign, cosignOptions } from './cosign.ts'
import type { Answer, Observation } from './observation.ts'

const CLI = new URL('../../cli/assay.mjs', import.meta.url).pathname

/** Has both tools judge every image layout below a folder, out of one registry. Notation's images are not among them. */
export async function compareImages(data: string, scratch: string): Promise<Observation[]> {
  const registry = await startRegistry({
    dir: join(scratch, 'registry'),
    port: 0,
    account: '000000000000',
    region: 'us-east-1',
    now: () => new Date(),
    onEvent: async () => {},
  })
  try {
    const observations: Observation[] = []
    for (const one of (await readVectors(data)).filter((vector) => expectedExit(vector) !== undefined)) {
      await pushLayout(join(data, one.name, 'layout'), { registry: registry.url, name: one.name })
      const image = `${new URL(registry.url).host}/${one.name}@${one.digest}`
      observations.push(await observe(one, image, data, scratch))
    }
    return observations
  } finally {
    await registry.close()
  }
}

async function observe(one: Vector, image: string, data: string, scratch: string): Promise<Observation> {
  const { verifyWith: how } = one
  const keyText = await keyTextOf(one, data)
  const root = how.trustedRoot === undefined ? {} : { trustedRoot: join(data, how.trustedRoot) }
  const key = how.key === undefined ? {} : { key: join(data, '_keys', how.key) }
  const { type: _, attestation, ...more } = how
  const type = predicateTypeOf(how)
  const options = cosignOptions({ ...more, ...root, ...key, ...(attestation && { type }) })
  const verb = attestation ? 'verify-attestation' : 'verify'
  const policy = join(scratch, `${one.name}.json`)
  await writeFile(policy, JSON.stringify(policyFor(one, keyText)))
  return {
    name: one.name,
    asked: attestation ? 'attestation' : 'signature',
    ...(keyText !== undefined && { key: keyKind(keyText) }),
    entries: [],
    assay: await assay([image, '--policy', policy, ...(root.trustedRoot ? ['--trusted-root', root.trustedRoot] : [])]),
    cosign: await cosign([verb, ...options, '--allow-http-registry', image], scratch),
  }
}

/** The very demand that cosign's options make: it asks a key for a log entry too, unless told not to. */
function policyFor({ name, verifyWith: how }: Vector, keyText: string | undefined) {
  const signer =
    keyText === undefined
      ? { keyless: { identities: [{ subject: how.identity, issuer: how.issuer }] } }
      : { key: { data: keyText } }
  const authority = {
    ...signer,
    ...(keyText !== undefined && !how.ignoreTlog && { ctlog: {} }),
    ...(how.useSignedTimestamps && { rfc3161timestamp: {} }),
    ...(how.annotations && { annotations: how.annotations }),
    ...(how.attestation && { attestations: [{ name: 'wanted', predicateType: predicateTypeOf(how) }] }),
  }
  const spec = { images: [{ glob: '**' }], authorities: [authority] }
  return { apiVersion: 'assay.dev/v1alpha1', kind: 'VerificationPolicy', metadata: { name }, spec }
}

/** Only a verdict is an answer: whoever cannot read its policy has not judged. */
function assay(parameters: readonly string[]): Promise<Answer> {
  return new Promise((done, fail) => {
    execFile(process.execPath, [CLI, 'verify', ...parameters, '--output', 'json'], (error, stdout, stderr) => {
      if (error !== null && error.code !== 1) return fail(new Error(`assay verify: ${stderr}`))
      const { checks } = JSON.parse(stdout) as Pick<StatusResponse, 'checks'>
      done({
        accepts: error === null,
        message: checks.map(({ reason, message }) => `${reason}: ${message}`).join('; '),
      })
    })
  })
}

/** `secp384r1`, `rsa`, `ed25519`: what a public key is, as OpenSSL calls it. */
export function keyKind(pem: string): string {
  try {
    const { asymmetricKeyType = '', asymmetricKeyDetails } = createPublicKey(pem)
    return asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType
  } catch {
    return 'unreadable'
  }
}
