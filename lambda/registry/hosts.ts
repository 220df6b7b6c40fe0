import { BlockList, isIP } from 'node:net'

const ECR = /^\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|on\.aws)$/
const LOOPBACK = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/

const INTERNAL = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  INTERNAL.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  INTERNAL.addSubnet(network, prefix, 'ipv6')
}

/** Registries whose tokens are made at another host of the same owner. */
const TOKEN_HOSTS: Readonly<Record<string, string>> = {
  'index.docker.io': 'auth.docker.io',
  'registry.gitlab.com': 'gitlab.com',
}

/** A private ECR registry's own host name, in full: AWS credentials are for no other. */
export function isEcrHost(host: string): boolean {
  return ECR.test(host)
}

/** A loopback address with an optional port; never a name, which could resolve to anything. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.test(host)
}

/** A literal address (as `URL.hostname` spells it) inside this machine, this network or the cloud's metadata service. */
export function isInternalAddress(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  const version = isIP(address)
  return version !== 0 && INTERNAL.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/** `URL.origin` will not do: that of `blob:https://host/` is `https://host`. */
export function sameOrigin(one: URL, other: URL): boolean {
  return one.protocol === other.protocol && one.host === other.host
}

/** Whether this registry may send us to this URL for a token: only there are credentials sent (CVE-2020-15157). */
export function isTokenUrl(registry: URL, realm: URL): boolean {
  if (realm.username !== '' || realm.password !== '') return false
  if (sameOrigin(registry, realm)) return true
  return realm.protocol === 'https:' && realm.host === TOKEN_HOSTS[registry.host]
}
