/** Why a signature or attestation was rejected. Closed, stable: part of the API. */
export type SignatureFault =
  | 'malformed' // not readable as what it claims to be
  | 'over-limit' // larger than is read: it might have been a good one
  | 'unsupported' // a known format or algorithm we do not judge yet
  | 'signature-invalid' // the signature does not verify
  | 'wrong-key-kind' // a key where a certificate is asked for, or the reverse
  | 'key-outside-validity' // signed before or after the time in which the key counts
  | 'certificate-untrusted' // chain, validity or SCT
  | 'log-missing' // no transparency log entry where one is required
  | 'log-invalid' // log entry, promise, proof or checkpoint does not verify
  | 'log-mismatch' // the log entry speaks of another signature, key or certificate
  | 'timestamp-missing' // no trusted time where one is required
  | 'timestamp-invalid'
  | 'subject-mismatch' // signed for another image
  | 'predicate-malformed' // the signed statement is not an in-toto statement

/** Why a check came out as it did. Closed, stable: part of the API. */
export type Reason =
  | SignatureFault
  | 'verified'
  | 'static-pass'
  | 'static-fail'
  | 'no-signature' // nothing on the image claims to be a signature
  | 'no-matching-signature'
  | 'no-matching-attestation'
  | 'too-few-signers' // each of them is good, and more distinct ones are asked for
  | 'identity-mismatch'
  | 'annotation-mismatch'
  | 'reference-mismatch' // the signed payload names another repository
  | 'denied' // just as asked for, by somebody whose signatures count for nothing any more
  | 'too-old' // the attestation was made too long ago, or nobody knows when
  | 'policy-not-met' // an expression over the statement, over all that matched, or over the image config does not hold
  | 'provenance-mismatch' // built elsewhere, from other source, or in another way
  | 'sbom-mismatch' // an SBOM of another format, or with packages that are not allowed
  | 'vulnerabilities' // more of them than may be left, or a scan that is too old
  | 'not-asked'
  | 'not-judged' // what the policy refers to is not at hand
  | 'config-missing' // the image config that a policy asks about cannot be read
  | 'covered' // a platform for which the evidence of its index stands
  | 'unsigned' // a statement beside the image that nobody signed
  | 'evidence-removed' // the registry has lost it since an earlier verdict, and the kept copy counts
  | 'child-missing' // the index lists a manifest that is not there
  | 'no-platform' // each platform is to be judged, and there is none
  | 'layers-mismatch' // the layers are not those that the image config names
  | 'base-missing' // the layers begin with no base that is vouched for
  | 'base-unverified' // they begin with a known base, and nobody who is asked for vouches for it
  | 'base-changed' // the layers above it, or the image config, change what the base brings along
  | 'base-outdated' // it was replaced, or its main package is at its end
  | 'base-too-old' // it has been there for too long, or nothing tells whether it is current
  | 'base-not-judged' // what the image may stand on could not be judged yet
  | 'base-claim-false' // what the image says its base is, is not among its layers
  | 'no-policy'
  | 'ambiguous-manifest'
  | 'unavailable'
