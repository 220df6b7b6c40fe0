import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { countPemBlocks, readPublicKey } from '../../../lambda/core/policy/public-key.ts'
import { PUBLIC_KEY } from './documents.ts'

const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })

test.each([
  ['P-256', PUBLIC_KEY],
  ['P-384', pem(ec('P-384').publicKey)],
  ['P-521', pem(ec('P-521').publicKey)],
  ['Ed25519', pem(generateKeyPairSync('ed25519').publicKey)],
  ['RSA', pem(rsa.publicKey)],
])('%s is read', (_, text) => {
  expect(readPublicKey(text)).toEqual({ pem: text })
})

test('the same key in another dress is the same text', () => {
  const pkcs1 = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  expect(readPublicKey(pkcs1)).toEqual({ pem: pem(rsa.publicKey) })
  expect(readPublicKey(`a comment\r\n${PUBLIC_KEY.replaceAll('\n', '\r\n')}`)).toEqual({ pem: PUBLIC_KEY })
})

test('of several blocks the first counts', () => {
  const two = `${PUBLIC_KEY}${pem(rsa.publicKey)}`
  expect(readPublicKey(two)).toEqual({ pem: PUBLIC_KEY })
  expect(countPemBlocks(two)).toBe(2)
})

const small = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey
const privateKey = ec('P-256').privateKey
test.each([
  ['---somedata---', 'not a PEM public key: no -----BEGIN PUBLIC KEY-----'],
  [PUBLIC_KEY.replace('MFkw', 'AAAA'), 'a PEM block that is not a public key we can read'],
  [PUBLIC_KEY.slice(0, -30), 'a PEM public key without its end line'],
  [PUBLIC_KEY.replaceAll('PUBLIC KEY', 'CERTIFICATE'), 'a PEM CERTIFICATE, not a PUBLIC KEY'],
  [
    privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'a private key; take it out of this file and put its public key here',
  ],
  [
    privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    'a private key; take it out of this file and put its public key here',
  ],
  [pem(small), 'an RSA key of 1024 bits; at least 2048 are needed'],
  [pem(ec('secp256k1').publicKey), 'an EC key on secp256k1; P-256, P-384 and P-521 are allowed'],
  [pem(generateKeyPairSync('x25519').publicKey), 'a key of type x25519; EC, RSA and Ed25519 are allowed'],
])('%.30j is refused: %s', (text, fault) => {
  expect(readPublicKey(text)).toEqual({ fault })
})
