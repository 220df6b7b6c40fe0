import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Log } from './world.ts'

const logger = new Logger({ serviceName: 'assay' })
const metrics = new Metrics({ namespace: 'Assay', serviceName: 'assay' })

/** Structured JSON logs. Nothing from outside becomes a metric dimension (CVE-2026-49835). */
export const log: Log = (message, details = {}) => logger.info(message, { ...details })

export function logError(message: string, error: unknown): void {
  logger.error(message, error instanceof Error ? error : new Error(String(error)))
}

/** Counts something; written out at once, so that a killed function has counted what it did. */
export function count(name: 'EventsDropped' | 'Verdicts' | 'Outages'): void {
  metrics.addMetric(name, MetricUnit.Count, 1)
  metrics.publishStoredMetrics()
}
