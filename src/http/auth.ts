import { Secret } from '../core/secret.ts'

/** How a client shows who it is. */
export type HttpAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }
  /** The encoded key as the cluster handed it out (`id:key` in base64). */
  | { readonly kind: 'apiKey'; readonly key: Secret }
  /** AWS Signature Version 4 with the credentials of the environment; `es` for domains, `aoss` for serverless. */
  | { readonly kind: 'sigv4'; readonly region: string; readonly service: 'es' | 'aoss' }
  /** A client certificate; both files in PEM. */
  | { readonly kind: 'mtls'; readonly certFile: string; readonly keyFile: string }

/** What is about to be sent, as a signature covers it. */
export interface OutgoingRequest {
  readonly method: string
  /** The value of the `host` header. */
  readonly host: string
  /** Path with prefix, percent-encoded, without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string | number | boolean>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string | undefined
}

/** Headers that prove the client's identity for one request; asked again for every attempt. */
export type Authorizer = (request: OutgoingRequest) => Promise<Readonly<Record<string, string>>>

/** The authorizer of a way to authenticate; the signing code is loaded only for `sigv4`. */
export async function openAuthorizer(auth: HttpAuth): Promise<Authorizer> {
  switch (auth.kind) {
    case 'none':
    case 'mtls':
      return () => Promise.resolve({})
    case 'basic':
      return constant(() => `Basic ${Buffer.from(`${auth.username}:${auth.password.reveal()}`).toString('base64')}`)
    case 'apiKey':
      return constant(() => `ApiKey ${auth.key.reveal()}`)
    case 'sigv4': {
      const { openSigner } = await import('./sigv4.ts')
      return openSigner(auth.region, auth.service)
    }
  }
}

/** The encoded form is a secret as well, so it lives in one too. */
function constant(header: () => string): Authorizer {
  const value = new Secret(header())
  return () => Promise.resolve({ authorization: value.reveal() })
}
