import { digest } from '../../records.ts'
import type { Json } from './judge.ts'

export const SLSA = 'https://slsa.dev/provenance/v1'
export const SPDX = 'https://spdx.dev/Document'
export const SCAN = 'https://cosign.sigstore.dev/attestation/vuln/v1'

const finds = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN'].map((Severity, at) => ({
  VulnerabilityID: `CVE-2026-000${at}`,
  PkgName: 'p',
  InstalledVersion: '1',
  Severity,
}))

/** An OpenVEX document that says one thing of one vulnerability in an image. */
export const openVex = (status: string, image: string) => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://acme.example/vex/1',
  author: 'acme',
  timestamp: '2026-11-25T12:00:00Z',
  version: 1,
  statements: [
    {
      vulnerability: { name: 'CVE-2026-0000' },
      products: [{ '@id': `pkg:oci/app@${encodeURIComponent(image)}` }],
      status,
      justification: 'vulnerable_code_not_present',
    },
  ],
})

/** What the image of these tests is attested to be. */
export const PREDICATES: Readonly<Record<string, Json>> = {
  [SLSA]: {
    buildDefinition: {
      buildType: 'https://actions.github.io/buildtypes/workflow/v1',
      externalParameters: {
        workflow: {
          repository: 'https://github.com/acme/app',
          ref: 'refs/heads/main',
          path: '.github/workflows/ci.yml',
        },
      },
    },
    runDetails: { builder: { id: 'https://github.com/actions/runner' } },
  },
  [SPDX]: {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    packages: ['a', 'b'].map((name) => ({ SPDXID: `SPDXRef-${name}`, name, versionInfo: '1.0' })),
  },
  [SCAN]: {
    scanner: {
      uri: 'pkg:github/aquasecurity/trivy@0.60.0',
      result: { SchemaVersion: 2, Results: [{ Target: 'app', Class: 'os-pkgs', Vulnerabilities: finds }] },
    },
    metadata: { scanStartedOn: '2026-11-25T00:00:00Z', scanFinishedOn: '2026-11-25T00:00:00Z' },
  },
  'https://in-toto.io/attestation/vulns/v0.2': {
    scanner: {
      uri: 'x',
      version: '1',
      result: [{ id: 'CVE-2026-0009', severity: [{ method: 'nvd', score: 'negligible' }] }],
    },
    metadata: { scanStartedOn: '2026-11-25T00:00:00Z', scanFinishedOn: '2026-11-25T00:00:00Z' },
  },
  'https://openvex.dev/ns': openVex('not_affected', digest(1)),
}
