/** What cdk/ creates on AWS and local/ on a laptop: one definition of functions, queues and table, so that the two cannot drift. */

/** Functions by name: handler file, timeout and, where a queue feeds it, how. Seconds. */
export const FUNCTIONS = {
  // One whole processor, and room for a batch of images made to be as large as is read: npm run test:memory
  verify: { entry: 'lambda/handlers/verify.ts', timeout: 60, memory: 1769 },
  act: { entry: 'lambda/handlers/act.ts', timeout: 60, memory: 512 },
  sweep: { entry: 'lambda/handlers/sweep.ts', timeout: 55, memory: 512 },
  api: { entry: 'lambda/handlers/api.ts', timeout: 29, memory: 512 },
  trust: { entry: 'lambda/handlers/trust.ts', timeout: 120, memory: 512 },
} as const

/** Queues: visibility is six times the function's timeout, as AWS advises for event source mappings; the last receive decides. */
export const QUEUES = {
  verify: { function: 'verify', visibility: 360, maxReceives: 5, batch: 5 },
  act: { function: 'act', visibility: 360, maxReceives: 5, batch: 1 },
} as const

/**
 * How many batches of work are acted on at once, and how many tags each of them may put a second: ECR takes ten PutImage a second of
 * an account, pushes of other people among them.
 */
export const ACTING = { concurrency: 2, putsPerSecond: 4 } as const

/** The one item of the table that may hold all quarantining: the API may write it, and no other item of the installation. */
export const SAFETY_KEY = 'quarantine'

/** SQS delays a message by at most this many seconds; later deadlines are the sweep's. */
export const MAX_DELAY = 900

/** How often the sweep looks for due and stuck work, in seconds. */
export const SWEEP_EVERY = 60

/** How often roots and keys are fetched, in seconds, and the age at which one that could not be is told of. */
export const TRUST_EVERY = 3600
export const TRUST_TOO_OLD = 3 * 24 * 3600

/** Routes of the API that change something in a person's name: each is of its own on API Gateway, so that it takes a permission of its own. */
export const NAMED_ROUTES = [
  { method: 'POST', path: '/v1/releases' },
  { method: 'DELETE', path: '/v1/waivers' },
  { method: 'POST', path: '/v1/operations/disarm' },
  { method: 'POST', path: '/v1/operations/arm' },
  { method: 'POST', path: '/v1/operations/resume' },
  { method: 'POST', path: '/v1/undo' },
  { method: 'POST', path: '/v1/redrive' },
  { method: 'POST', path: '/v1/self-tests' },
] as const

/** Where CloudWatch finds what functions measure. */
export const METRICS = { namespace: 'Assay', service: 'assay' } as const

/** The status table: single-item conditional writes only; every index hit is a hint. Sparse indexes: an item is in one only while it has its key. */
export const TABLE = {
  partitionKey: 'pk',
  sortKey: 'sk',
  indexes: {
    due: { partitionKey: 'dueShard', sortKey: 'dueAt' },
    recent: { partitionKey: 'listShard', sortKey: 'listKey' },
    repository: { partitionKey: 'repository', sortKey: 'listKey' },
    tags: { partitionKey: 'tagDigest', sortKey: 'pk' },
    waivers: { partitionKey: 'waiverShard', sortKey: 'waiverKey' },
    taken: { partitionKey: 'takenShard', sortKey: 'takenKey' },
    bases: { partitionKey: 'baseShard', sortKey: 'baseKey' },
  },
} as const
