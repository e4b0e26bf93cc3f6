/** Methods that the cluster APIs use. */
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'

/** One request to a cluster. */
export interface HttpRequest {
  readonly method: HttpMethod
  /** Begins with `/`, percent-encoded, without the endpoint's own path prefix. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  /** Must not change until the request is answered. */
  readonly body?: Uint8Array | string
  /** Default: `application/json` where there is a body. */
  readonly contentType?: string
  /** Set when the body is already compressed. */
  readonly contentEncoding?: 'gzip'
  /** Milliseconds for the whole request, repeats and waits included. */
  readonly deadlineMs: number
  /** True when sending it twice has the effect of sending it once. */
  readonly idempotent: boolean
  /** Upper bound of attempts; default: that of the client's retry policy. 1 hands every answer straight to the caller. */
  readonly maxAttempts?: number
}

/** An answer, whatever its status (but see {@link HttpClient} for 401 and 403). */
export interface HttpResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/**
 * A client of one endpoint. `request` may be called concurrently without a bound of its own; `close` may be called twice
 * and waits for nothing but the sockets.
 *
 * Failure codes of `request`: `CLUSTER_UNREACHABLE` and `TIMEOUT` (both retryable), `CLUSTER_TLS`, `CLUSTER_AUTH` (401,
 * or a 403 about the signature), `CLUSTER_DENIED` (403 unless it is an index block), `ABORTED`. Any other status is an answer.
 */
export interface HttpClient {
  /** Scheme, host, port and path prefix, without credentials: what messages name. */
  readonly endpoint: string
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>
  close(): Promise<void>
}
