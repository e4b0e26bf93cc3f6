import { connect, type PeerCertificate } from 'node:tls'
import type { Endpoint } from './endpoint.ts'

/** What a server shows of itself in a TLS handshake. */
export interface ServerCertificate {
  readonly subject: string
  readonly issuer: string
  readonly validFrom: string
  readonly validTo: string
  /** Host names and addresses it is made out to, as the certificate writes them. */
  readonly names: string
}

/**
 * Shakes hands without verifying and without sending anything, to say in a failure what certificate the server has.
 * Undefined when the server speaks no TLS or does not answer in `timeoutMs`.
 */
export function probeTls(endpoint: Endpoint, timeoutMs: number): Promise<ServerCertificate | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: endpoint.host, port: endpoint.port, rejectUnauthorized: false })
    const finish = (certificate: ServerCertificate | undefined): void => {
      resolve(certificate)
      socket.destroy()
    }
    socket.setTimeout(timeoutMs, () => finish(undefined))
    socket.on('error', () => finish(undefined))
    socket.on('close', () => finish(undefined))
    socket.on('secureConnect', () => finish(describe(socket.getPeerCertificate())))
  })
}

function describe(certificate: PeerCertificate): ServerCertificate {
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    validFrom: certificate.valid_from,
    validTo: certificate.valid_to,
    names: certificate.subjectaltname ?? '',
  }
}

/** `CN=node-1, O=Lab`; a certificate may leave out any part. */
function distinguishedName(name: Partial<PeerCertificate['subject']> | undefined): string {
  const parts = Object.entries(name ?? {}).map(([key, value]) => `${key}=${[value].flat().join('+')}`)
  return parts.reverse().join(', ') || '(no name)'
}
