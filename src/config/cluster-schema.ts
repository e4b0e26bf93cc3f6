import * as z from 'zod'
import { repositorySchema } from './repository-schema.ts'
import { count, endpoint, text, version } from './scalars.ts'

const basicSchema = z
  .strictObject({
    username: text.optional().meta({ description: 'User name.' }),
    password: text.optional().meta({ description: 'Password. Accepted with a warning: a reference is safer.' }),
    usernameFromEnv: text.optional().meta({ description: 'Environment variable that holds the user name.' }),
    passwordFromEnv: text.optional().meta({ description: 'Environment variable that holds the password.' }),
    passwordFromFile: text.optional().meta({ description: 'File that holds the password.' }),
    secretName: text.optional().meta({
      description: 'Secret with the keys `username` and `password`: a Kubernetes Secret, or a local credential.',
    }),
  })
  .meta({ description: 'User name and password: inline, from the environment, from a file, or both in one Secret.' })

const apiKeySchema = z
  .strictObject({
    key: text.optional().meta({ description: 'The encoded key. Accepted with a warning: a reference is safer.' }),
    keyFromEnv: text.optional().meta({ description: 'Environment variable that holds the encoded key.' }),
    keyFromFile: text.optional().meta({ description: 'File that holds the encoded key.' }),
    secretName: text.optional().meta({ description: 'Secret with the key `apiKey`.' }),
  })
  .meta({ description: 'An API key, in the encoded form that the cluster handed out.' })

const sigv4Schema = z
  .strictObject({
    region: text.meta({ description: 'AWS region of the cluster.' }),
    service: z.enum(['es', 'aoss']).optional().meta({
      description: '`es` for a domain, `aoss` for serverless. Default: `es`.',
    }),
  })
  .meta({ description: 'Requests signed with the AWS credentials of the environment.' })

const mtlsSchema = z
  .strictObject({
    cert: text.meta({ description: 'File with the client certificate, PEM.' }),
    key: text.meta({ description: 'File with its private key, PEM.' }),
  })
  .meta({ description: 'A client certificate.' })

const authSchema = z
  .strictObject({
    basic: basicSchema.optional(),
    sigv4: sigv4Schema.optional(),
    mtls: mtlsSchema.optional(),
    apiKey: apiKeySchema.optional(),
    none: z.strictObject({}).optional().meta({ description: 'No authentication, said explicitly: `none: {}`.' }),
  })
  .meta({ description: 'Exactly one way to authenticate. Without it: none.' })

const tlsSchema = z
  .strictObject({
    caFile: text.optional().meta({ description: 'File with the authorities to trust, PEM, instead of the system’s.' }),
    verify: z.boolean().optional().meta({ description: 'Whether the certificate is verified. Default: true.' }),
  })
  .meta({ description: 'How the certificate of the cluster is verified.' })

const clusterKeys = {
  endpoint: endpoint.meta({
    description: 'Address: `https://host:9200`; a path prefix and IPv6 in brackets are allowed.',
  }),
  version: version.optional().meta({
    description: '`"7.10.2"`, `"ES 7.10.2"` or `"OS 2.11.0"`, in quotes. Default: asked from the cluster.',
  }),
  authConfig: authSchema.optional(),
  tls: tlsSchema.optional(),
  connections: count.optional().meta({ description: 'Connections at once at most.' }),
  requestsPerSecond: z
    .number()
    .positive()
    .optional()
    .meta({ description: 'Requests a second at most. Default: unlimited.' }),
}

/** A cluster that is written to. */
export const targetSchema = z.strictObject(clusterKeys).meta({ description: 'A cluster that documents go to.' })

/** A cluster that is read from. */
export const sourceSchema = z
  .strictObject({
    ...clusterKeys,
    snapshotRepo: repositorySchema.optional(),
    existingSnapshot: text.optional().meta({
      description:
        'Snapshot to read instead of taking one, for every group of this source; `latest` is the newest complete one.',
    }),
  })
  .meta({ description: 'A cluster that documents come from.' })

/** A target cluster as it is written. */
export type TargetInput = z.infer<typeof targetSchema>
/** A source cluster as it is written. */
export type SourceInput = z.infer<typeof sourceSchema>
/** `authConfig` as it is written. */
export type AuthInput = z.infer<typeof authSchema>
