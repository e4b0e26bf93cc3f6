import { createHash, createHmac } from 'node:crypto'
import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { SignatureV4 } from '@smithy/signature-v4'
import { Failure, messageOf } from '../core/failure.ts'
import type { Authorizer } from './authorizer.ts'

/** SHA-256 of this machine in the form the signer asks for: with a secret it is the keyed hash. */
class Sha256 {
  readonly #secret: Buffer | undefined
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined ? undefined : toBuffer(secret)
    this.#hash = this.#start()
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBuffer(data))
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {
    this.#hash = this.#start()
  }

  #start(): ReturnType<typeof createHash> | ReturnType<typeof createHmac> {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret)
  }
}

/**
 * Signs requests with AWS Signature Version 4, with the credentials that the environment, a profile, a web identity or the
 * machine's role gives; they are asked again when they expire. `CLUSTER_AUTH` when there are none.
 */
export function openSigner(region: string, service: string): Authorizer {
  const credentials = defaultProvider({ clientConfig: { region } })
  const signer = new SignatureV4({ region, service, credentials, sha256: Sha256 })
  return async (request) => {
    const query = Object.fromEntries(Object.entries(request.query).map(([name, value]) => [name, String(value)]))
    try {
      const signed = await signer.sign({
        method: request.method,
        protocol: 'https:',
        hostname: request.host,
        path: request.path,
        query,
        headers: { ...request.headers, host: request.host },
        body: request.body,
      })
      return signed.headers
    } catch (cause) {
      throw new Failure('CLUSTER_AUTH', `no usable AWS credentials: ${messageOf(cause)}`, {
        op: 'sign request to',
        subject: request.host,
        hint: 'Set AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is attached.',
        cause,
      })
    }
  }
}

function toBuffer(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data)
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.from(data)
}
