import { githubClaims } from '../sigstore/token.ts'

/** Who signs keyless in the story. */
export const WORKFLOW = githubClaims({ repository: 'acme/web', workflow: 'release.yml' })

/** The story's policies: images under demo/ need the team's key or the release workflow; failing ones are quarantined. `more` of its Enforcement. */
export function demoPolicies(publicKey: string, more = 'gracePeriod: 10m'): string {
  return `apiVersion: assay.dev/v1alpha1
kind: VerificationPolicy
metadata: { name: demo }
spec:
  images: [{ glob: "127.0.0.1:*/demo/**" }]
  authorities:
    - name: team-key
      key:
        data: |
${publicKey.trim().replaceAll(/^/gm, '          ')}
    - name: release-workflow
      keyless:
        trustRootRef: local
        identities:
          - issuer: https://token.actions.githubusercontent.com
            subject: https://github.com/acme/web/.github/workflows/release.yml@refs/heads/main
---
apiVersion: assay.dev/v1alpha1
kind: Enforcement
metadata: { name: demo }
spec:
  images: [{ glob: "127.0.0.1:*/demo/**" }]
  environment: demo
  onFailure: quarantine
  ${more}
`
}
