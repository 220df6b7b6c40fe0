import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ENV } from '../lambda/env.ts'
import { readInstalledRoots } from '../lambda/installed-roots.ts'
import { readPolicies } from '../lambda/policies.ts'
import { FUNCTIONS, SWEEP_EVERY, TRUST_EVERY } from '../lambda/resources.ts'
import { ACCOUNT, REGION } from './aws/account.ts'
import { startAws } from './aws/aws.ts'
import type { WorkQueueName } from './aws/queues.ts'
import { type MovableClock, openClock } from './clock.ts'
import { openDataFolder } from './data-folder.ts'
import { EVIDENCE_FILE } from './evidence-file.ts'
import { type Inbox, openInbox } from './inbox.ts'
import type { RegistryOptions } from './registry/context.ts'
import { startRegistry } from './registry/server.ts'
import { startSchedule } from './runtime/scheduler.ts'
import { pushSamples } from './samples.ts'
import { writeDurably } from './sigstore/durable-file.ts'
import { startSigstore } from './sigstore/server.ts'
import { startApi } from './stack/api.ts'
import { eventRules } from './stack/events.ts'
import { startFunctions } from './stack/functions.ts'
import { onRememberedPort } from './stack/remembered-port.ts'
import { localRoutes } from './stack/routes.ts'
import { selfTestRegistry } from './stack/self-test.ts'

export type StackOptions = {
  /** Loopback ports; 0 takes a free one. */
  readonly apiPort: number
  readonly registryPort: number
  /** Folder for all state; one stack at a time. */
  readonly dataDir: string
  /** Folder of policy files. */
  readonly policies: string
  /** Push the sample images, where they are not there yet. */
  readonly samples: boolean
  readonly log: (line: string) => void
  /** Seconds a message stays with a function that neither settles it nor ends. */
  readonly visibility?: Readonly<Partial<Record<WorkQueueName, number>>>
  /** What the registry removes when asked for a tag and its digest; only for tests. */
  readonly deleteMeaning?: RegistryOptions['deleteMeaning']
}

export interface Stack {
  readonly apiUrl: string
  readonly registryUrl: string
  readonly sigstoreUrl: string
  readonly clock: MovableClock
  readonly inbox: Pick<Inbox, 'list'>
  /** Resolves once nothing runs and no message waits or is to be tried again; messages still delayed do not count. */
  idle(): Promise<void>
  close(): Promise<void>
}

// An invocation is ended at its timeout, so a little more than loading and running can take is enough: there is no
// throttling to wait out here, and whatever fails comes again soon.
const VISIBILITY = { verify: FUNCTIONS.verify.timeout + 15, act: FUNCTIONS.act.timeout + 15 }
/** Milliseconds between looks at whether all is done. */
const LOOK_EVERY = 20

/** Starts the whole pipeline on this machine and returns when it answers. State is kept in the data folder, whatever ends the process. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { log } = options
  await checkPolicies(options)

  await using started = new AsyncDisposableStack()
  const own = <Part extends { close(): Promise<void> | void }>(part: Part) => started.adopt(part, (it) => it.close())
  const folder = own(await openDataFolder(options.dataDir))
  const inFolder = (...path: string[]) => join(folder.path, ...path)
  const clock = await openClock(folder.path)
  const { now } = clock

  const aws = own(await startAws({ dir: inFolder('aws'), visibility: { ...VISIBILITY, ...options.visibility } }))
  const registry = own(
    await startRegistry({
      dir: inFolder('registry'),
      port: options.registryPort,
      account: ACCOUNT,
      region: REGION,
      now,
      onEvent: eventRules(aws, log),
      ...(options.deleteMeaning && { deleteMeaning: options.deleteMeaning }),
    }),
  )
  await selfTestRegistry(aws, registry, now)
  // Its address is part of the trusted root, and that of every verdict: it should not change.
  const sigstore = own(
    await onRememberedPort(inFolder('sigstore-port'), (port) =>
      startSigstore({ dir: inFolder('sigstore'), port, now }),
    ),
  )
  const trustedRoot = inFolder('trust', 'local.json')
  writeDurably(trustedRoot, JSON.stringify(sigstore.trustedRoot))

  writeDurably(inFolder(EVIDENCE_FILE), JSON.stringify(aws.evidence))
  const functions = own(
    await startFunctions({
      aws,
      folder: folder.path,
      offset: clock.offset,
      log,
      env: {
        [ENV.registries]: JSON.stringify([{ host: registry.host, account: ACCOUNT, region: REGION }]),
        [ENV.repositories]: JSON.stringify(['*']),
        [ENV.policies]: resolve(options.policies),
        [ENV.trustedRoots]: JSON.stringify({ local: trustedRoot }),
        [ENV.verifyFunction]: 'verify',
        [ENV.actFunction]: 'act',
        AWS_ENDPOINT_URL_ECR: registry.url,
      },
    }),
  )
  const { api: apiFunction, sweep: sweepFunction, trust } = functions.byName
  const mailbox = { client: aws.sqs, queueUrl: aws.queues.inbox.url }
  const inbox = own(await openInbox({ ...mailbox, folder: folder.path, now, log }))
  own(startSchedule({ function: trust, everySeconds: TRUST_EVERY, now, log }))
  const sweep = own(startSchedule({ function: sweepFunction, everySeconds: SWEEP_EVERY, now, log }))
  const local = localRoutes({ clock, inbox, sweep })
  const api = own(await startApi({ function: apiFunction, port: options.apiPort, now, local, log }))
  if (options.samples) await pushSamples(registry.url, log)

  const running = started.move()
  return {
    apiUrl: api.url,
    registryUrl: registry.url,
    sigstoreUrl: sigstore.url,
    clock,
    inbox,
    async idle() {
      while (functions.busy() || aws.unsettled() > 0) await pause(LOOK_EVERY)
    },
    close: () => running.disposeAsync(),
  }
}

// The root `local` is only named here: its keys are not made before there is something to start.
async function checkPolicies({ policies, log }: StackOptions): Promise<void> {
  const roots = { ...(await readInstalledRoots({})), local: {} }
  await readPolicies(policies, { roots, onWarning: log })
}
