import type { Clock } from '../core/clock.ts'

/** Credentials that are given, instead of found by the SDK. Secret: never printed. */
export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A role of AWS Identity and Access Management to act as. */
export interface S3Role {
  readonly roleArn: string
  /** What the trust policy of a role in another account may ask for. */
  readonly externalId?: string
  /** Default: Amazon's token service of the region. */
  readonly stsEndpoint?: string
}

/** How to reach a bucket. */
export interface S3Options {
  /** Address of an S3 service other than Amazon's, such as `http://127.0.0.1:9000`. */
  readonly endpoint?: string
  /** Default: that of the SDK's configuration (AWS_REGION, profile), else `us-east-1` when there is an endpoint. */
  readonly region?: string
  /** True to put the bucket in the path instead of the host name. Default: true with an endpoint, else false. */
  readonly pathStyle?: boolean
  /** Default: the SDK's chain: environment, shared configuration, web identity, container and instance metadata. */
  readonly credentials?: S3Credentials
  /** A role to act as; the credentials above are then those that ask for it. */
  readonly role?: S3Role
  /** How long to wait for a connection. Default: 10,000. */
  readonly connectMs?: number
  /** How long the service may send nothing, before and within an answer. Default: 30,000. */
  readonly silenceMs?: number
  /** Connections at once; further requests wait. Default: 256. */
  readonly maxConnections?: number
  readonly clock?: Clock
}
