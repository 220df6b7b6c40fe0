/** Why the files of a layer are not to be told. The layer is then unknown, and never taken for one that changes nothing. */
export type LayerFault = { readonly fault: string; readonly reason: 'unreadable' | 'over-limit' | 'unsupported' }

/** What could be read otherwise by another reader, or by none. */
export function unreadable(fault: string): LayerFault {
  return { fault, reason: 'unreadable' }
}

/** What is more than we are willing to read. */
export function overLimit(fault: string): LayerFault {
  return { fault, reason: 'over-limit' }
}
