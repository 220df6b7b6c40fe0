import type { Alert } from '../core/alert.ts'

/** A message as a person reads it. */
export type Message = { readonly subject: string; readonly text: string }

/** One way to reach people. `render` is pure; everything in an alert comes from outside and is made harmless there. */
export type Channel = { readonly name: string; render(alert: Alert): Message }
