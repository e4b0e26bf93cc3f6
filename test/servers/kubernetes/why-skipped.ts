import { inject } from 'vitest'

/** For the end of a title: why the tests below it are skipped on this machine; empty where they are not. */
export function whySkipped(): string {
  const reason = inject('kubernetesReason')
  return reason === undefined ? '' : ` [skipped: ${reason}]`
}
