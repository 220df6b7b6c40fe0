import { formatTable, type Table } from './table.ts'
import { verification } from './verification.ts'

// npm run bench: prints each table of figures. Never a timed test: the machine decides as much as the code does.

const TABLES: readonly Table[] = [...verification]

for (const table of TABLES) console.log(`${formatTable(table, table.lines())}\n`)
