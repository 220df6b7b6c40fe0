import { z } from 'zod'
import { BadInput } from '../../lambda/core/bad-input.ts'

/** What an identity token says about its bearer. */
export type Claims = Readonly<Record<string, unknown>>

export const GITHUB_ACTIONS = 'https://token.actions.githubusercontent.com'

/** An identity token that nobody signed: this Sigstore believes what it is told. */
export function identityToken(claims: Claims): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('sig').toString('base64url')}`
}

/** The claims of an identity token. */
export function readToken(token: string): Claims {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
    return z.record(z.string(), z.unknown()).parse(JSON.parse(payload))
  } catch (cause) {
    throw new BadInput('the identity token is not a JWT: three base64url parts, the second a JSON object', { cause })
  }
}

/** The claims GitHub Actions gives to a workflow run of a repository. */
export function githubClaims(run: {
  readonly repository: string
  readonly workflow: string
  readonly ref?: string
  readonly sha?: string
}): Claims {
  const { repository, workflow, ref = 'refs/heads/main', sha = '1'.repeat(40) } = run
  const workflowRef = `${repository}/.github/workflows/${workflow}@${ref}`
  return {
    iss: GITHUB_ACTIONS,
    aud: 'sigstore',
    sub: `repo:${repository}:ref:${ref}`,
    repository,
    repository_id: '1',
    repository_owner: repository.split('/')[0],
    repository_owner_id: '2',
    repository_visibility: 'public',
    ref,
    sha,
    event_name: 'push',
    workflow: workflow.replace(/\.ya?ml$/, ''),
    workflow_ref: workflowRef,
    workflow_sha: sha,
    job_workflow_ref: workflowRef,
    job_workflow_sha: sha,
    runner_environment: 'github-hosted',
    run_id: '42',
    run_attempt: '1',
  }
}

/** The claims of a person whom an issuer knows by e-mail. */
export function emailClaims(email: string, issuer: string): Claims {
  return { iss: issuer, aud: 'sigstore', sub: email, email, email_verified: true }
}
