import { Stack } from 'aws-cdk-lib'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { ENV } from '../../lambda/env.ts'
import type { AssayFunction } from './assay-function.ts'

/** Where dead messages lie, and where they go when they are put back. */
export type Redriven = { readonly dead: IQueue; readonly target: IQueue }

/** Lets a function count dead messages, and put them back on the queue they were for. */
export function grantRedrive(user: AssayFunction, queues: Readonly<Record<string, Redriven>>): void {
  const all = Object.values(queues)
  const targets = [...new Set(all.map(({ target }) => target))]
  const urls = Object.entries(queues).map(([name, { dead, target }]) => {
    return [name, { dead: dead.queueUrl, target: target.queueUrl }] as const
  })
  user.allow({
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    resources: all.map(({ dead }) => dead.queueArn),
    environment: { [ENV.deadLetters]: Stack.of(user).toJsonString(Object.fromEntries(urls)) },
  })
  user.allow({
    actions: ['sqs:SendMessage', 'sqs:GetQueueAttributes'],
    resources: targets.map(({ queueArn }) => queueArn),
  })
}
