/** The file in the data folder that says where the stack's evidence is. */
export const EVIDENCE_FILE = 'evidence.json'

/** What it holds: a bucket and the endpoint that serves it. */
export type EvidencePlace = { readonly bucket: string; readonly endpoint: string; readonly region: string }
