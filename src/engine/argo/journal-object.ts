import { gunzipSync, gzipSync } from 'node:zlib'
import { Failure, messageOf } from '../../core/failure.ts'
import type { Kubernetes, KubernetesObject } from '../../kubernetes/kubernetes.ts'
import type { RunEvent } from '../run/run-events.ts'
import { journalName, runLabels, selector, STEP_LABEL, stepLabel } from './run-names.ts'
import { ownedBy, type RunRoot } from './run-root.ts'

/** A journal unpacks to at most this, so that a damaged one cannot fill the memory. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024

/** Events as a ConfigMap keeps them: a line of JSON each, gzip. */
export function packEvents(events: readonly RunEvent[]): Buffer {
  return gzipSync(events.map((event) => JSON.stringify(event)).join('\n'))
}

/** The manifest of the journal of a step. */
export function journalManifest(root: Pick<RunRoot, 'name' | 'uid'>, step: string, packed: Buffer): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: journalName(root.name, step),
      labels: { ...runLabels(root.name, 'journal'), [STEP_LABEL]: stepLabel(step) },
      ownerReferences: ownedBy(root),
    },
    binaryData: { events: packed.toString('base64') },
  }
}

/** The events in the journal of a step. `STATE_CORRUPT`. */
export function eventsOf(object: KubernetesObject): RunEvent[] {
  const text = (object['binaryData'] as Readonly<Record<string, string>> | undefined)?.['events']
  try {
    const unpacked = gunzipSync(Buffer.from(text ?? '', 'base64'), { maxOutputLength: MAX_UNPACKED_BYTES })
    // The checksum of gzip proves that the lines are as this program wrote them.
    return unpacked
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RunEvent)
  } catch (cause) {
    throw new Failure('STATE_CORRUPT', messageOf(cause), {
      op: 'read',
      subject: `journal in ConfigMap ${object.metadata.name}`,
      hint: 'Submit again under another name.',
      cause,
    })
  }
}

/**
 * The events of all steps of a run in the order in which they happened: pods date an event after all that they have seen, so
 * what depends on another event comes after it whatever the clocks of the machines say. `STATE_CORRUPT`, `KUBERNETES_…`.
 */
export async function readJournals(kubernetes: Pick<Kubernetes, 'list'>, run: string): Promise<RunEvent[]> {
  const objects = await kubernetes.list('ConfigMap', selector('journal', run))
  const inOrder = objects.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  return inOrder.flatMap(eventsOf).toSorted((a, b) => a.at - b.at)
}
