import crypto, { type KeyObject } from 'node:crypto'
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { type Claim, demandId } from '../../lambda/core/evidence.ts'
import { authenticate } from '../../lambda/trust/authenticate.ts'
import { trustMaterials } from '../../lambda/trust/roots.ts'
import { CERTIFICATE, DIGEST, OTHER, SLSA, signEnvelope, statement } from '../trust/bundles.ts'
import { newPki, rootOf } from '../trust/pki.ts'
import { cpuTimes } from './cpu.ts'
import type { Table } from './table.ts'

const WARM_UP = 200
const COUNT = 1000

/** One keyless bundle, parsed and verified: certificate chain, SCT, log promise, inclusion proof, checkpoint, signature, subject. */
export const verification: Table = {
  title: `CPU of one warm keyless verification, over ${COUNT} distinct bundles`,
  columns: ['median ms', 'p5', 'p95'],
  lines: () => {
    const pki = newPki()
    const root = rootOf(pki)
    const bundles = Array.from({ length: WARM_UP + COUNT }, () =>
      JSON.stringify(signEnvelope(pki, statement(SLSA)).bundle),
    )
    const read = (at: number): unknown => JSON.parse(bundles[at] ?? '')
    const ours = trustMaterials({ test: root })
    const stock = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(root)))
    const floor = bareChecks(bundles, (at) => stock.verify(toSignedEntity(bundleFromJSON(read(at)))))

    const works = [
      { name: 'assay', run: (at: number) => prove(read(at), ours) },
      { name: 'assay, the same bundle again', run: () => prove(read(0), ours) },
      { name: '@sigstore/verify', run: (at: number) => stock.verify(toSignedEntity(bundleFromJSON(read(at)))) },
      { name: 'bare signature checks', run: (at: number) => floor[at]?.forEach(check) },
    ]
    return cpuTimes(works, { warmUp: WARM_UP, count: COUNT }).map(({ name, median, p5, p95 }) => ({
      name,
      figures: [median, p5, p95].map((time) => time.toFixed(3)),
    }))
  },
}

function prove(bundle: unknown, roots: ReturnType<typeof trustMaterials>): void {
  const claim: Claim = { carrier: 'bench', manifest: OTHER, layer: OTHER, content: { kind: 'bundle', bundle } }
  const [judged] = authenticate([claim], [CERTIFICATE], DIGEST, roots)
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
