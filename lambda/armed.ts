import type { StatusStore } from './ports.ts'

/** The item that says whether quarantine is armed for a registry: its self-test has passed. */
export function selfTestKey(host: string): string {
  return `self-test#${host}`
}

/** Whether tags may be taken in a registry. */
export async function isArmed(store: StatusStore, host: string): Promise<boolean> {
  return (await store.system(selfTestKey(host)))?.passed === true
}
