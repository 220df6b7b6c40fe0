/** What came of asking for one root or key: since when what is kept has not been confirmed, and why not now. */
export type Refreshed = { readonly name: string; readonly confirmedAt: string; readonly failure?: string }
