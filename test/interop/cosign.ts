import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Witnessed } from '../../local/sigstore/signing-config.ts'
import { githubClaims, identityToken } from '../../local/sigstore/token.ts'
import { exitOf, run } from './tools.ts'

export const IDENTITY = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main'
export const ISSUER = 'https://token.actions.githubusercontent.com'

/** Makes a key pair with cosign in a folder that is also its home; returns the public key. */
export async function cosignKeys(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  await run('cosign', ['generate-key-pair', '--output-key-prefix', join(folder, 'team')], environment(folder))
  return readFile(join(folder, 'team.pub'), 'utf8')
}

function environment(folder: string) {
  return { HOME: folder, COSIGN_PASSWORD: '' }
}

/** cosign with the keys of such a folder and the private Sigstore's files. */
export async function cosignIn(folder: string, sigstoreUrl: string, client: string) {
  const env = environment(folder)
  const at = (name: string) => join(folder, name)
  const noServices = ['--no-default-fulcio', '--no-default-oidc', '--no-default-rekor', '--no-default-tsa']
  await run('cosign', ['signing-config', 'create', ...noServices, '--out', at('empty.json')], env)
  await writeFile(at('token.jwt'), identityToken(githubClaims({ repository: 'acme/app', workflow: 'release.yml' })))
  await writeFile(at('predicate.json'), JSON.stringify({ buildDefinition: { buildType: 'https://example.com/build' } }))

  const http = ['--allow-http-registry']
  const legacy = ['--new-bundle-format=false', '--use-signing-config=false']
  const root = ['--trusted-root', join(client, 'trusted_root.json')]
  const token = ['--identity-token', at('token.jwt')]
  const byKey = ['--key', at('team.key')]
  const logged = (witnessed: Witnessed) => [
    '--signing-config',
    join(client, `signing-config-${witnessed}.json`),
    ...root,
  ]
  const publicKeys = {
    SIGSTORE_ROOT_FILE: join(client, 'fulcio.pem'),
    SIGSTORE_REKOR_PUBLIC_KEY: join(client, 'rekor.pub'),
    SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: join(client, 'ctfe.pub'),
  }
  return {
    publicKey: at('team.pub'),
    signByKey: (image: string, ...more: string[]) =>
      run('cosign', ['sign', '-y', ...byKey, '--signing-config', at('empty.json'), ...http, ...more, image], env),
    signByKeyLegacy: (image: string) =>
      run('cosign', ['sign', '-y', ...byKey, ...legacy, '--tlog-upload=false', ...http, image], env),
    signByKeyOci11: (image: string) =>
      run(
        'cosign',
        ['sign', '-y', ...byKey, ...legacy, '--tlog-upload=false', '--registry-referrers-mode=oci-1-1', ...http, image],
        { ...env, COSIGN_EXPERIMENTAL: '1' },
      ),
    signKeyless: (image: string, witnessed: Witnessed, ...more: string[]) =>
      run('cosign', ['sign', '-y', ...token, ...logged(witnessed), ...http, ...more, image], env),
    signKeylessLegacy: (image: string) =>
      run(
        'cosign',
        ['sign', '-y', ...legacy, '--fulcio-url', sigstoreUrl, '--rekor-url', sigstoreUrl, ...token, ...http, image],
        {
          ...env,
          ...publicKeys,
        },
      ),
    /** `inOldFormat`: as cosign 2 does. */
    attestByKey: (image: string, type: string, predicate: string, inOldFormat = false) =>
      run(
        'cosign',
        [
          ...['attest', '-y', ...byKey, '--type', type, '--predicate', predicate],
          ...(inOldFormat ? [...legacy, '--tlog-upload=false'] : ['--signing-config', at('empty.json')]),
          ...http,
          image,
        ],
        env,
      ),
    attestProvenance: (image: string) =>
      run(
        'cosign',
        [
          'attest',
          '-y',
          '--type',
          'slsaprovenance1',
          '--predicate',
          at('predicate.json'),
          ...token,
          ...logged('rekor1'),
          ...http,
          image,
        ],
        env,
      ),
    verifyByKey: (image: string) =>
      exitOf('cosign', ['verify', '--key', at('team.pub'), '--insecure-ignore-tlog', ...http, image], env),
    verifyKeyless: (image: string) =>
      exitOf(
        'cosign',
        ['verify', '--certificate-identity', IDENTITY, '--certificate-oidc-issuer', ISSUER, ...root, ...http, image],
        env,
      ),
  }
}
