import { Secret } from '../core/secret.ts'
import type { Authorizer } from './authorizer.ts'

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
