import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import * as z from 'zod'
import { BadInput } from '../lambda/core/bad-input.ts'
import { ENV } from '../lambda/env.ts'
import type { EvidenceStore } from '../lambda/ports.ts'
import { s3Evidence } from '../lambda/store/s3-evidence.ts'
import { EVIDENCE_FILE, type EvidencePlace } from '../local/evidence-file.ts'
import { folderEvidence } from './folder-evidence.ts'

const localEvidence: z.ZodType<EvidencePlace> = z.object({
  bucket: z.string(),
  endpoint: z.string(),
  region: z.string(),
})

/** The evidence at a place: a folder, `s3://BUCKET` with the caller's AWS credentials, or where the installation keeps it. */
export async function evidenceAt(
  place: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<EvidenceStore> {
  const bucket = place === undefined ? env[ENV.evidenceBucket] : /^s3:\/\/([a-z0-9.-]+)\/?$/.exec(place)?.[1]
  if (bucket !== undefined && bucket !== '') return s3Evidence(new S3Client(), bucket)
  if (place?.startsWith('s3:')) throw new BadInput(`--evidence "${place}" is not s3://BUCKET`)
  return place === undefined ? ofLocalStack(resolve(env.ASSAY_DATA || '.assay')) : folderEvidence(place)
}

async function ofLocalStack(folder: string): Promise<EvidenceStore> {
  const path = join(folder, EVIDENCE_FILE)
  try {
    const { bucket, endpoint, region } = localEvidence.parse(JSON.parse(await readFile(path, 'utf8')))
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    return s3Evidence(new S3Client({ endpoint, region, credentials, forcePathStyle: true }), bucket)
  } catch (cause) {
    throw new BadInput(
      `there is no ${path}, so this is not where "npm start" keeps its data: say --evidence FOLDER or s3://BUCKET (${String(cause)})`,
    )
  }
}
