/** A table of figures: one line a thing measured, one figure a column. */
export type Table = {
  readonly title: string
  readonly columns: readonly string[]
  readonly lines: () => readonly Line[]
}
export type Line = { readonly name: string; readonly figures: readonly string[] }

/** The table as text, columns aligned. */
export function formatTable({ title, columns }: Table, lines: readonly Line[]): string {
  const rows = [['', ...columns], ...lines.map(({ name, figures }) => [name, ...figures])]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const text = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
  return [title, ...text].join('\n')
}
