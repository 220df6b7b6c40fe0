import type * as z from 'zod'
import { askApi } from './api-client.ts'

/** A list of the status API, page by page; throws as askApi. */
export async function* askPages<Page extends { readonly cursor?: string | undefined }>(
  api: string,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  page: z.ZodType<Page>,
): AsyncGenerator<Page, void> {
  let cursor: string | undefined
  do {
    const read = page.parse((await askApi(api, path, { ...query, cursor })).body)
    yield read
    cursor = read.cursor
  } while (cursor !== undefined)
}
