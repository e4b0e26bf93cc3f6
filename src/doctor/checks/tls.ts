import type { ReachedCluster } from '../examination.ts'
import { ok, warning, type Finding } from '../finding.ts'

/** Whether the connection is protected as it should be; a certificate that does not verify is found when connecting. */
export function checkTls({ wanted, subject }: ReachedCluster): Finding[] {
  if (wanted.endpoint.startsWith('https:')) {
    if (wanted.tls.verify) return [ok('tls', subject, 'its certificate is verified')]
    const remedy = 'Give the authority with tls.caFile and remove tls.verify: false.'
    return [warning('tls', subject, 'its certificate is not verified, so anyone in between can read along', remedy)]
  }
  if (wanted.auth.kind === 'none') return [ok('tls', subject, 'plain HTTP, without credentials')]
  const remedy = 'Use https:// if the cluster speaks it, or a network that nobody else listens to.'
  return [warning('tls', subject, 'credentials go over plain HTTP', remedy)]
}
