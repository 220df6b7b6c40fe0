import type { Context } from '../context.ts'
import { type Call, json, type Reply } from '../http.ts'
import { requireRepository } from './names.ts'
import { pageOf } from './page.ts'

/** The tags of a repository, in order. */
export async function listTags(context: Context, call: Call, name: string): Promise<Reply> {
  await requireRepository(context, name)
  const { page, headers } = pageOf(call, await context.store.tags.list(name))
  return json(200, { name, tags: page }, headers)
}

/** All repositories, in order. */
export async function listRepositories(context: Context, call: Call): Promise<Reply> {
  const { page, headers } = pageOf(call, await context.store.repositories())
  return json(200, { repositories: page }, headers)
}
