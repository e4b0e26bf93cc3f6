import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { Failure, messageOf } from '../core/failure.ts'
import type { HttpAuth } from './auth.ts'

/** How the certificate of a cluster is verified. */
export interface HttpTls {
  /** Certificates of the authorities to trust, in PEM; default: those that come with Node. */
  readonly caFile?: string
  /** Default: true. False accepts any certificate. */
  readonly verify?: boolean
}

/** What goes into a TLS connection. */
export interface TlsMaterial {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly rejectUnauthorized: boolean
}

/** Reads the files that verification and a client certificate need; `CONFIG_INVALID` when one is missing or no PEM. */
export async function loadTls(tls: HttpTls, auth: HttpAuth): Promise<TlsMaterial> {
  const material: TlsMaterial = {
    rejectUnauthorized: tls.verify ?? true,
    ...(tls.caFile !== undefined && { ca: await pem('tls.caFile', tls.caFile) }),
    ...(auth.kind === 'mtls' && {
      cert: await pem('authConfig.mtls.cert', auth.certFile),
      key: await pem('authConfig.mtls.key', auth.keyFile),
    }),
  }
  try {
    createSecureContext(material)
  } catch (cause) {
    const subject = [tls.caFile, ...(auth.kind === 'mtls' ? [auth.certFile, auth.keyFile] : [])].join(', ')
    throw new Failure('CONFIG_INVALID', `not usable for TLS: ${messageOf(cause)}`, { op: 'read', subject, cause })
  }
  return material
}

async function pem(key: string, file: string): Promise<string> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new Failure('CONFIG_INVALID', `cannot be read: ${messageOf(cause)}`, {
      op: `read ${key}`,
      subject: file,
      hint: `Correct ${key}; a relative path counts from the folder of the configuration file.`,
      cause,
    })
  }
  if (text.includes('-----BEGIN ')) return text
  throw new Failure('CONFIG_INVALID', 'holds no PEM block (-----BEGIN …-----)', { op: `read ${key}`, subject: file })
}
