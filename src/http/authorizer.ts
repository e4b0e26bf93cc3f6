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
