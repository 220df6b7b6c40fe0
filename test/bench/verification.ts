import crypto, { type KeyObject } from 'node:crypto'
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { type Claim, demandId } from '../../lambda/core/evidence.ts'
import { authenticator } from '../../lambda/trust/authenticate.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import { CERTIFICATE, DIGEST, OTHER, type SignOptions, SLSA, signEnvelope, statement } from '../trust/bundles.ts'
import { NOW, newPki, rootOf } from '../trust/pki.ts'
import { cpuTimes, type Work } from './cpu.ts'
import type { Table } from './table.ts'

const WARM_UP = 200
const COUNT = 1000

/** Keyless bundles, parsed and verified: certificate chain, SCT, log entry, time, signature, subject. */
export const verification: readonly Table[] = [
  tableOf('Rekor v1: promise, inclusion proof, checkpoint', {}),
  tableOf('Rekor v2 and RFC 3161 timestamp', { log: 'hashedrekord/0.0.2', stamp: NOW }),
]

function tableOf(kind: string, options: SignOptions): Table {
  return {
    title: `CPU of one warm keyless verification, over ${COUNT} distinct bundles. ${kind}`,
    columns: ['median ms', 'p5', 'p95'],
    lines: () =>
      cpuTimes(worksOn(options), { warmUp: WARM_UP, count: COUNT }).map(({ name, median, p5, p95 }) => ({
        name,
        figures: [median, p5, p95].map((time) => time.toFixed(3)),
      })),
  }
}

function worksOn(options: SignOptions): Work[] {
  const pki = newPki()
  const root = rootOf(pki)
  const bundles = Array.from({ length: WARM_UP + COUNT }, () =>
    JSON.stringify(signEnvelope(pki, statement(SLSA), options).bundle),
  )
  const read = (at: number): unknown => JSON.parse(bundles[at] ?? '')
  const ours = trustMaterials({ test: root })
  const stock = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(root)))
  const verifyStock = (at: number) => stock.verify(toSignedEntity(bundleFromJSON(read(at))))
  const floor = bareChecks(bundles, verifyStock)
  return [
    { name: 'assay', run: (at) => prove(read(at), ours) },
    { name: 'assay, the same bundle again', run: () => prove(read(0), ours) },
    { name: '@sigstore/verify', run: verifyStock },
    { name: 'bare signature checks', run: (at) => floor[at]?.forEach(check) },
  ]
}

function prove(bundle: unknown, roots: ReturnType<typeof trustMaterials>): void {
  const claim: Claim = {
    carrier: 'bench',
    source: '',
    manifest: OTHER,
    layer: OTHER,
    content: { kind: 'bundle', bundle },
  }
  const [judged] = authenticator([CERTIFICATE], { materials: roots, keys: {}, now: NOW })([claim], DIGEST)
  const proof = judged?.proofs.get(demandId(CERTIFICATE))
  if (proof?.ok !== true) throw new Error(`a good bundle was turned away: ${JSON.stringify(proof)}`)
}

type Check = {
  readonly algorithm: string | null | undefined
  readonly data: Buffer
  readonly key: KeyObject
  readonly signature: Buffer
}

function check({ algorithm, data, key, signature }: Check): void {
  if (!crypto.verify(algorithm, data, key, signature)) throw new Error('a good signature was turned away')
}

/** The signatures that the library verifies, without those that are the same for every bundle: its authorities' own certificates. */
function bareChecks(bundles: readonly string[], verify: (at: number) => unknown): Check[][] {
  const { verify: original } = crypto
  let seen: Check[] = []
  crypto.verify = ((algorithm: string, data: Buffer, key: KeyObject, signature: Buffer) => {
    seen.push({ algorithm, data: Buffer.from(data), key, signature: Buffer.from(signature) })
    return original(algorithm, data, key, signature)
  }) as typeof original
  try {
    const all = bundles.map((_, at) => {
      seen = []
      verify(at)
      return seen
    })
    const id = ({ signature }: Check) => signature.toString('base64')
    const common = new Set(all[0]?.map(id).filter((one) => all[1]?.some((other) => id(other) === one)))
    return all.map((checks) => checks.filter((one) => !common.has(id(one))))
  } finally {
    crypto.verify = original
  }
}
