import { Failure } from '../core/failure.ts'

/** A cluster's address, taken apart. */
export interface Endpoint {
  readonly scheme: 'http' | 'https'
  /** Without the brackets of IPv6. */
  readonly host: string
  readonly port: number
  /** `scheme://host:port`, as a connection pool wants it. */
  readonly origin: string
  /** Path in front of every request: empty, or `/` and more without a trailing `/`. */
  readonly prefix: string
  /** What messages show: origin and prefix. */
  readonly text: string
}

/**
 * Takes an endpoint apart: `https://host`, `http://[::1]:9200`, `https://proxy/path/prefix/`. Without a port, http means 80
 * and https 443. `CONFIG_INVALID` for another scheme, for a query, and for a user name or password inside the URL.
 */
export function parseEndpoint(text: string): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw invalid(withoutUserInfo(text), 'not a URL that begins with http:// or https://')
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(url.host, 'user name or password inside the URL', 'Put them under authConfig.basic.')
  }
  if (url.search !== '' || url.hash !== '') throw invalid(url.origin, 'a query or fragment is not part of an endpoint')
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  const prefix = url.pathname.replace(/\/+$/, '')
  return {
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port),
    origin: url.origin,
    prefix,
    text: url.origin + prefix,
  }
}

/** Prefix, path and query as they go into the request line. */
export function requestTarget(
  endpoint: Endpoint,
  path: string,
  query: Readonly<Record<string, string | number | boolean>> | undefined,
): string {
  const pairs = Object.entries(query ?? {})
  if (pairs.length === 0) return endpoint.prefix + path
  const search = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  return `${endpoint.prefix}${path}?${search.join('&')}`
}

function withoutUserInfo(text: string): string {
  return text.replace(/\/\/.*@/, '//')
}

function invalid(subject: string, detail: string, hint?: string): Failure {
  return new Failure('CONFIG_INVALID', detail, { op: 'read endpoint', subject, ...(hint !== undefined && { hint }) })
}
