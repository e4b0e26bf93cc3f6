import { renameSync, writeFileSync } from 'node:fs'
import type { StepProgress } from '../../steps/step.ts'

/**
 * Tells Argo how far a pod is, in the file that it names for it: `N/M`, whole numbers, M not 0. Documents are told where they
 * are counted, else bytes; what has neither is left to Argo.
 */
export function writeArgoProgress(file: string | undefined, { documents, bytes }: StepProgress): void {
  const counted = documents ?? bytes
  if (file === undefined || counted === undefined || counted.total <= 0) return
  const done = Math.min(Math.floor(counted.done), Math.floor(counted.total))
  try {
    // Renamed, so that it is never read half written.
    writeFileSync(`${file}.new`, `${done}/${Math.floor(counted.total)}`)
    renameSync(`${file}.new`, file)
  } catch {
    // A figure to look at; nothing hangs on it.
  }
}
