import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { unavailable } from '../aws-errors.ts'
import type { Alerts } from '../ports.ts'
import { email } from './email.ts'

/** Alerts on an SNS topic: the e-mail text as message, what machines filter by as attributes. */
export function snsAlerts(client: SNSClient, topicArn: string): Alerts {
  const call = unavailable('SNS')
  return {
    async publish(alert) {
      const { subject, text } = email.render(alert)
      const attributes = { image: alert.image, state: alert.state, event: alert.event, at: alert.at }
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      )
      await call(
        client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text, MessageAttributes })),
      )
    },
  }
}
