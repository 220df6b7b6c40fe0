import { describe, expect, it } from 'vitest'
import { isEcrHost, isInternalAddress, isLoopbackHost, isTokenUrl } from '../../lambda/registry/hosts.ts'

describe('isEcrHost', () => {
  it.each([
    '123456789012.dkr.ecr.us-east-1.amazonaws.com',
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
    '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com',
    '123456789012.dkr-ecr.eu-west-1.on.aws',
    '123456789012.dkr-ecr-fips.us-east-2.on.aws',
  ])('takes %s', (host) => expect(isEcrHost(host)).toBe(true))

  it.each([
    '',
    'amazonaws.com',
    'dkr.ecr.us-east-1.amazonaws.com',
    'public.ecr.aws',
    '12345678901.dkr.ecr.us-east-1.amazonaws.com',
    '1234567890123.dkr.ecr.us-east-1.amazonaws.com',
    '１２３４５６７８９０１２.dkr.ecr.us-east-1.amazonaws.com',
    'x123456789012.dkr.ecr.us-east-1.amazonaws.com',
    'evil.123456789012.dkr.ecr.us-east-1.amazonaws.com',
    'evil-123456789012.dkr.ecr.us-east-1.amazonaws.com',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.org',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com.evil',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com.cn.evil.org',
    '123456789012.dkr.ecr.us-east-1.amazonaws.community',
    '123456789012.dkr.ecr.us-east-1.amazonaws.co',
    '123456789012.dkr.ecr.us-east-1.evilamazonaws.com',
    '123456789012.dkr.ecr.us-east-1.evil.amazonaws.com',
    '123456789012.dkr.ecr.us-east-1.amazonaws-com',
    '123456789012.dkr.ecr.us-east-1.amazonawsxcom',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com\n',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com:443',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com.',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com/evil.org',
    '123456789012.dkr.ecr.us-east-1.amazonaws.com@evil.org',
    'user@123456789012.dkr.ecr.us-east-1.amazonaws.com',
    'evil.org/123456789012.dkr.ecr.us-east-1.amazonaws.com',
    'evil.org#123456789012.dkr.ecr.us-east-1.amazonaws.com',
    '123456789012.dkr.ecr..amazonaws.com',
    '123456789012.dkr.ecr.us_east_1.amazonaws.com',
    '123456789012.dkr.ecr.US-EAST-1.amazonaws.com',
    '123456789012.dkr.ecr-evil.us-east-1.amazonaws.com',
    '123456789012.dkrxecr.us-east-1.amazonaws.com',
    '123456789012.evil.ecr.us-east-1.amazonaws.com',
    '123456789012.dkr-ecr.eu-west-1.on.aws.evil.org',
    '123456789012.dkr-ecr.eu-west-1.xon.aws',
  ])('refuses the look-alike %j', (host) => expect(isEcrHost(host)).toBe(false))
})

describe('isLoopbackHost', () => {
  it.each(['127.0.0.1', '127.0.0.1:5500', '127.9.8.7:1', '[::1]', '[::1]:5500'])('takes %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true)
  })

  it.each([
    'localhost',
    '127.0.0.1.evil.org',
    'x127.0.0.1',
    '128.0.0.1',
    '10.0.0.1',
    '[::2]',
    '127.0.0.1:',
    '[::1].evil.org',
  ])('refuses %s', (host) => expect(isLoopbackHost(host)).toBe(false))
})

describe('isInternalAddress', () => {
  it.each([
    ['127.0.0.1', true],
    ['0.0.0.0', true],
    ['10.1.2.3', true],
    ['100.64.0.1', true],
    ['169.254.169.254', true],
    ['172.16.0.1', true],
    ['172.31.255.255', true],
    ['192.168.1.1', true],
    ['[::1]', true],
    ['[::]', true],
    ['[fd00:ec2::254]', true],
    ['[fe80::1]', true],
    ['[::ffff:a9fe:a9fe]', true],
    ['[64:ff9b::a9fe:a9fe]', true],
    ['172.32.0.1', false],
    ['8.8.8.8', false],
    ['[2600:1f18::1]', false],
    ['registry.example', false],
    ['10.example', false],
  ])('%s: %s', (hostname, internal) => expect(isInternalAddress(hostname)).toBe(internal))

  it.each(['https://2852039166/', 'https://0xa9.0xfe.0xa9.0xfe/', 'https://[::ffff:169.254.169.254]/'])(
    'sees the metadata address in %s once it is a URL',
    (url) => expect(isInternalAddress(new URL(url).hostname)).toBe(true),
  )
})

describe('isTokenUrl', () => {
  it.each([
    ['https://ghcr.io/', 'https://ghcr.io/token', true],
    ['https://index.docker.io/', 'https://auth.docker.io/token', true],
    ['https://registry.gitlab.com/', 'https://gitlab.com/jwt/auth', true],
    ['http://127.0.0.1:5500/', 'http://127.0.0.1:5500/token', true],
    ['https://ghcr.io/', 'https://auth.docker.io/token', false],
    ['https://index.docker.io/', 'http://auth.docker.io/token', false],
    ['https://index.docker.io/', 'https://auth.docker.io:8443/token', false],
    ['https://index.docker.io/', 'https://auth.docker.io.evil.org/token', false],
    ['https://ghcr.io/', 'http://ghcr.io/token', false],
    ['https://ghcr.io/', 'https://ghcr.io:444/token', false],
    ['https://ghcr.io/', 'https://user:pass@ghcr.io/token', false],
    ['https://ghcr.io/', 'blob:https://ghcr.io/token', false],
    ['https://ghcr.io/', 'https://169.254.169.254/token', false],
    ['http://127.0.0.1:5500/', 'http://127.0.0.1:9001/token', false],
    ['http://127.0.0.1:5500/', 'https://127.0.0.1:5500/token', false],
  ])('%s may send us to %s: %s', (registry, realm, allowed) => {
    expect(isTokenUrl(new URL(registry), new URL(realm))).toBe(allowed)
  })
})
