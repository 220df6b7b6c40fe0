import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { METRICS } from './resources.ts'
import type { Log } from './world.ts'

const logger = new Logger({ serviceName: METRICS.service })
const metrics = new Metrics({ namespace: METRICS.namespace, serviceName: METRICS.service })

/** Structured JSON logs. Nothing from outside becomes a metric dimension (CVE-2026-49835). */
export const log: Log = (message, details = {}) => logger.info(message, { ...details })

export function logError(message: string, error: unknown): void {
  logger.error(message, error instanceof Error ? error : new Error(String(error)))
}

/** Counts something; written out at once, so that a killed function has counted what it did. */
export function count(name: 'EventsDropped' | 'Verdicts' | 'Outages' | 'TrustFailures', by = 1): void {
  metrics.addMetric(name, MetricUnit.Count, by)
  metrics.publishStoredMetrics()
}

/** Measures how long something has lasted. */
export function measure(name: 'TrustAge', seconds: number): void {
  metrics.addMetric(name, MetricUnit.Seconds, seconds)
  metrics.publishStoredMetrics()
}
