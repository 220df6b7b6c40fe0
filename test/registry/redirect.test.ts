import { expect, it } from 'vitest'
import { redirectTarget } from '../../lambda/registry/redirect.ts'

const HTTPS = 'https://registry.example/v2/app/blobs/x'
const LOCAL = 'http://127.0.0.1:5500/v2/app/blobs/x'

it.each([
  [HTTPS, 'https://storage.example/blob?signature=1', 'https://storage.example/blob?signature=1'],
  [HTTPS, '/elsewhere', 'https://registry.example/elsewhere'],
  [HTTPS, '//storage.example/blob', 'https://storage.example/blob'],
  [LOCAL, 'http://127.0.0.1:9/blob', 'http://127.0.0.1:9/blob'],
  [LOCAL, 'https://storage.example/blob', 'https://storage.example/blob'],
  ['https://10.0.0.5/v2/', 'https://10.0.0.5:9000/blob', 'https://10.0.0.5:9000/blob'],
])('from %s to %s', (from, location, to) => {
  expect(redirectTarget(new URL(from), location)).toEqual(new URL(to))
})

it.each([
  [HTTPS, null, 'without a usable location'],
  [HTTPS, 'https://', 'without a usable location'],
  [HTTPS, 'http://registry.example/', 'only https is allowed'],
  [HTTPS, 'http://127.0.0.1:9001/', 'only https is allowed'],
  [HTTPS, 'file:///etc/passwd', 'only https is allowed'],
  [HTTPS, 'data:text/plain,x', 'only https is allowed'],
  [HTTPS, 'https://user:pass@storage.example/', 'credentials in it'],
  [HTTPS, 'https://169.254.169.254/latest/meta-data/', 'internal address'],
  [HTTPS, 'https://[fd00:ec2::254]/', 'internal address'],
  [HTTPS, 'https://127.0.0.1/', 'internal address'],
  ['https://10.0.0.5/v2/', 'https://10.0.0.6/', 'internal address'],
  [LOCAL, 'http://storage.example/', 'only https is allowed'],
  [LOCAL, 'https://169.254.169.254/', 'internal address'],
  [LOCAL, 'http://127.0.0.2:5500/', 'internal address'],
])('refuses to go from %s to %s', (from, location, reason) => {
  expect(redirectTarget(new URL(from), location)).toContain(reason)
})
