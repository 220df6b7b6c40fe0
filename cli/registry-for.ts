import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ECRClient } from '@aws-sdk/client-ecr'
import type { Registry } from '../lambda/ports.ts'
import { dockerCredentials } from '../lambda/registry/docker-credentials.ts'
import { ecrRegistry } from '../lambda/registry/ecr.ts'
import { isEcrHost, isLoopbackHost } from '../lambda/registry/hosts.ts'
import { ociRegistry } from '../lambda/registry/oci.ts'

/** The registry behind a host: ECR through its API with the caller's AWS credentials, all others by the OCI protocol. */
export function registryFor(host: string): Registry {
  const [account = '', , , region = ''] = host.split('.')
  if (isEcrHost(host)) return ecrRegistry({ client: new ECRClient({ region }), registryId: account })
  const file = join(process.env.DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json')
  const credentials = existsSync(file) ? dockerCredentials(file, host) : undefined
  return ociRegistry({ host, scheme: isLoopbackHost(host) ? 'http' : 'https', credentials })
}
