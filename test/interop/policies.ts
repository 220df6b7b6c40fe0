import { IDENTITY, ISSUER } from './cosign.ts'

/** Policies for images that real tools push: by key, keyless, with provenance attested, or each platform by key. */
export function interopPolicies(publicKey: string): string {
  const keyless = `keyless: { trustRootRef: local, identities: [{ issuer: "${ISSUER}", subject: "${IDENTITY}" }] }`
  return `apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: by-key }
spec:
  images: [{ glob: "127.0.0.1:*/key/**" }]
  ${byKey(publicKey)}
---
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: keyless }
spec:
  images: [{ glob: "127.0.0.1:*/keyless/**" }]
  authorities: [{ ${keyless} }]
---
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: provenance }
spec:
  images: [{ glob: "127.0.0.1:*/attested/**" }]
  authorities:
    - ${keyless}
      attestations: [{ name: provenance, predicateType: "https://slsa.dev/provenance/v1" }]
---
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: each-platform }
spec:
  images: [{ glob: "127.0.0.1:*/each/**" }]
  platforms: each
  ${byKey(publicKey)}
---
apiVersion: assay.dev/v1alpha1
kind: Enforcement
metadata: { name: all }
spec:
  images: [{ glob: "127.0.0.1:*/**" }]
  onFailure: quarantine
  gracePeriod: 10m
`
}

/** What is under bases/ counts as a base where the team signed it; what is under apps/ and services/ must stand on one. */
export function basePolicies(publicKey: string): string {
  return `apiVersion: assay.dev/v1alpha1
kind: BaseImage
metadata: { name: golden }
spec:
  images: [{ glob: "127.0.0.1:*/bases/**" }]
  ${byKey(publicKey)}
---
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: on-golden }
spec:
  images: [{ glob: "127.0.0.1:*/apps/**" }]
  authorities: [{ static: { action: pass } }]
  base: { from: [golden], required: true, intact: true, current: true }
---
apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: services }
spec:
  images: [{ glob: "127.0.0.1:*/services/**" }]
  ${byKey(publicKey)}
  base: { from: [golden] }
---
apiVersion: assay.dev/v1alpha1
kind: Enforcement
metadata: { name: apps }
spec:
  images: [{ glob: "127.0.0.1:*/apps/**" }]
  onFailure: quarantine
  gracePeriod: 10m
`
}

/** Who has signed with this key. */
function byKey(publicKey: string): string {
  return `authorities:
    - key:
        data: |
${publicKey.trim().replaceAll(/^/gm, '          ')}`
}
