import type { LogLine } from '../../report/log-line.ts'
import { counted, formatCount } from '../../core/units.ts'
import type { RunEvent } from './run-events.ts'

/** What people want to read of a journal: the log lines of steps, and each turn of the run and its steps in words. */
export function logOf(events: Iterable<RunEvent>): LogLine[] {
  const lines: LogLine[] = []
  for (const event of events) {
    const line = logLineOf(event)
    if (line !== undefined) lines.push({ at: new Date(event.at).toISOString(), ...line })
  }
  return lines
}

/** What the log says of an event, without its time; undefined when that is nothing. */
export function logLineOf(event: RunEvent): Omit<LogLine, 'at'> | undefined {
  switch (event.type) {
    case 'log':
      return { level: event.level, message: event.message, ...(event.step === undefined ? {} : { step: event.step }) }
    case 'log-cut':
      return { level: 'warning', message: `the log lacks ${counted(event.lines, 'line')} here` }
    case 'submitted':
      return { level: 'info', message: `submitted as ${event.name}` }
    case 'runner-started':
      return { level: 'info', message: `runner started: process ${event.pid} on ${event.host}` }
    case 'runner-ended':
      return { level: event.outcome === 'failed' ? 'error' : 'info', message: `run ${event.outcome}` }
    case 'stop-requested':
      return { level: 'info', message: 'stop requested' }
    case 'step-started': {
      const message = event.attempt === 1 ? 'started' : `started, attempt ${event.attempt}`
      return { level: 'info', step: event.step, message }
    }
    case 'step-waiting':
      return { level: 'info', step: event.step, message: 'waiting for approval' }
    case 'step-approved':
      return { level: 'info', step: event.step, message: 'approved' }
    case 'step-skipped':
      return { level: 'info', step: event.step, message: `skipped: ${event.reason}` }
    case 'step-ended': {
      const { result, summary } = event.output
      const message = result === 'done' ? `done: ${summary}` : `ended with ${result}: ${summary}`
      return { level: result === 'done' ? 'info' : 'warning', step: event.step, message }
    }
    case 'step-failed': {
      const { code, message, hint } = event.failure
      const text = `${message}\nCode: ${code}${hint === undefined ? '' : `\nHint: ${hint}`}`
      return event.final
        ? { level: 'error', step: event.step, message: `failed: ${text}` }
        : { level: 'warning', step: event.step, message: `will be tried again: ${text}` }
    }
    case 'rejects-retried': {
      const message = `rejects sent again: ${formatCount(event.acknowledged)} acknowledged, ${formatCount(event.rejected)} left`
      return { level: event.rejected === 0 ? 'info' : 'warning', step: event.step, message }
    }
    case 'change-recorded':
      return {
        level: 'info',
        message: `about to change ${event.change.subject} on ${event.change.side} (${event.change.kind})`,
      }
    case 'change-settled':
      return { level: 'info', message: `no longer to be put back: ${event.id}` }
    case 'work-planned':
      return { level: 'info', step: event.step, message: `${counted(event.slices.length, 'work item')} planned` }
    case 'work-failed':
      return { level: 'warning', step: event.step, message: `work item ${event.item} failed: ${event.reason}` }
    case 'work-advanced':
    case 'work-done':
    case 'step-progress':
      return undefined
  }
}
