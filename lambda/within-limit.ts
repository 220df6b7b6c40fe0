import { OverLimit } from './errors.ts'

type Within<T> = { readonly value?: T; readonly overLimit?: string }

/** What is read, or what of it was more than is read. An outage is thrown. */
export async function withinLimit<T>(read: Promise<T | undefined>): Promise<Within<T>> {
  try {
    const value = await read
    return value === undefined ? {} : { value }
  } catch (error) {
    if (error instanceof OverLimit) return { overLimit: error.message }
    throw error
  }
}
