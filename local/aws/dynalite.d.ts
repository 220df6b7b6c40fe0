declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** A DynamoDB server; closing it closes its database. */
  export default function dynalite(options: { path: string; createTableMs: number }): Server
}
