import { VerificationError } from '@sigstore/verify'
import type { SignatureFault } from '../core/reasons.ts'

/** A signature turned away. Never leaves this folder: `authenticate` makes it a value. */
export class Rejection extends Error {
  override readonly name = 'Rejection'
  readonly fault: SignatureFault

  constructor(fault: SignatureFault, message: string) {
    super(message)
    this.fault = fault
  }
}

const FAULTS: Readonly<Record<VerificationError['code'], SignatureFault>> = {
  CERTIFICATE_ERROR: 'certificate-untrusted',
  NOT_IMPLEMENTED_ERROR: 'unsupported',
  PUBLIC_KEY_ERROR: 'signature-invalid',
  SIGNATURE_ERROR: 'signature-invalid',
  TIMESTAMP_ERROR: 'timestamp-invalid',
  TLOG_BODY_ERROR: 'log-mismatch',
  TLOG_ERROR: 'log-invalid',
  TLOG_INCLUSION_PROMISE_ERROR: 'log-invalid',
  TLOG_INCLUSION_PROOF_ERROR: 'log-invalid',
  TLOG_MISSING_INCLUSION_ERROR: 'log-invalid',
}

const MAX_DETAIL = 300

/** What any throwable out of parsing or verifying means: on hostile bytes libraries throw all kinds of errors, none of them a yes. */
export function faultOf(thrown: unknown): { readonly fault: SignatureFault; readonly detail: string } {
  return { fault: kindOf(thrown), detail: printable(thrown instanceof Error ? thrown.message : String(thrown)) }
}

/** Whether it says something of what was read. Anything else that is thrown may also come of the moment: memory, say. */
export function isJudgement(thrown: unknown): boolean {
  return thrown instanceof Rejection || thrown instanceof VerificationError
}

function kindOf(thrown: unknown): SignatureFault {
  if (thrown instanceof Rejection) return thrown.fault
  if (thrown instanceof VerificationError) return FAULTS[thrown.code]
  return 'malformed'
}

// Library messages quote what was read
function printable(text: string): string {
  return text.slice(0, MAX_DETAIL).replace(/[^\x20-\x7e]/g, '?')
}
