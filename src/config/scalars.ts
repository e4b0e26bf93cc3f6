import * as z from 'zod'
import { parseVersion } from '../cluster/version.ts'
import { isFailure } from '../core/failure.ts'
import { parseEndpoint } from '../http/endpoint.ts'
import type { DiagnosticCode } from './diagnostic.ts'

/** What a check of a single value has to say; `params` of zod's custom issues. */
export interface Finding {
  readonly code: DiagnosticCode
  readonly hint?: string
}

type Verdict = { readonly message: string } & Finding

/** A text that `judge` finds nothing wrong with. */
function judged(judge: (value: string) => Verdict | undefined): z.ZodString {
  return z.string().check((context) => {
    const verdict = judge(context.value)
    if (verdict === undefined) return
    const { message, ...finding } = verdict
    context.issues.push({ code: 'custom', input: context.value, message, params: { ...finding } })
  })
}

/** `http(s)://host[:port][/prefix]`, IPv6 in brackets. */
export const endpoint = judged((text) => {
  if (text.trim() !== text) {
    return { code: 'CFG_ENDPOINT', message: 'an endpoint has no space around it', hint: `Write '${text.trim()}'.` }
  }
  try {
    parseEndpoint(text)
    return undefined
  } catch (error) {
    if (!isFailure(error)) throw error
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
      const message = 'an endpoint begins with http:// or https://'
      return { code: 'CFG_ENDPOINT', message, hint: `Did you mean 'https://${text.replace(/^.*@|^\/+/g, '')}'?` }
    }
    const hint = error.hint ?? 'It looks like https://host:9200 or https://host/path/prefix.'
    return { code: 'CFG_ENDPOINT', message: `this is no endpoint: ${error.detail}`, hint }
  }
}).meta({ examples: ['https://cluster.example:9200'], pattern: '^https?://' })

const VERSION = /^(?:(ES|OS|Elasticsearch|OpenSearch)\s+)?(\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)$/i

/** `7.10.2`, `ES 7.10.2`, `OS 2.11.0`, with two or three numbers. */
export const version = judged((text) => {
  if (VERSION.test(text)) return undefined
  if (/^solr\b/i.test(text)) {
    return {
      code: 'CFG_UNSUPPORTED',
      message: 'Solr is not a source of this program',
      hint: 'It reads Elasticsearch and OpenSearch snapshots.',
    }
  }
  return {
    code: 'CFG_VERSION',
    message: `'${text}' is not a version`,
    hint: 'Write "7.10.2", "ES 7.10.2" or "OS 2.11.0"; or leave it out, then the cluster is asked.',
  }
}).meta({ examples: ['7.10.2', 'ES 7.10.2', 'OS 2.11.0'], pattern: VERSION.source.replace(/^\^/, '^') })

/** The parts of a text that {@link version} accepts. */
export function readVersion(text: string): { distribution?: 'elasticsearch' | 'opensearch'; number: string } {
  const [, prefix, number = ''] = VERSION.exec(text) ?? []
  if (parseVersion(number) === undefined) throw new Error(`not a version: ${text}`)
  if (prefix === undefined) return { number }
  return { distribution: /^e/i.test(prefix) ? 'elasticsearch' : 'opensearch', number }
}

/** One index pattern: `logs-*`, `-logs-old`. */
export const indexPattern = judged((text) => {
  const bare = text.replace(/^-/, '')
  const wrong = (message: string, hint: string): Verdict => ({ code: 'CFG_PATTERN', message, hint })
  if (bare.trim() === '') return wrong('an index pattern is not empty', 'Write ["*"] for every index.')
  if (text.includes(',')) {
    const entries = text.split(',').map((entry) => `"${entry.trim()}"`)
    return wrong('an index pattern holds no comma', `Write a list: [${entries.join(', ')}].`)
  }
  if (bare === '_all') return wrong("'_all' is not a pattern here", 'Write "*" for every index.')
  if (/^regex:/.test(bare)) return wrong('patterns are globs, not regular expressions', 'Use * and ?.')
  if (/[\s"\\/<>|#]/.test(bare)) return wrong(`no index can be named '${bare}'`, 'Use letters, digits, *, ?, - and _.')
  if (/[A-Z]/.test(bare)) return wrong('index names are lower case', `Write '${text.toLowerCase()}'.`)
  return undefined
})

/** Letters, digits, `-`, `_` and `.`; at most 63 characters. */
export const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, {
  error: 'a name begins with a letter or digit and has only letters, digits, dots, hyphens and underscores, at most 63',
})

/** A text with something in it. */
export const text = z.string().min(1)

/** A whole number of at least 1. */
export const count = z.int().min(1)

/** `s3://bucket` or `s3://bucket/prefix`. */
export const s3Uri = judged((uri) => {
  if (/^s3:\/\/[A-Za-z0-9][A-Za-z0-9._-]{2,254}(\/.*)?$/.test(uri)) return undefined
  if (/^(gs|azure|wasbs?|abfss?):\/\//.test(uri)) {
    return {
      code: 'CFG_UNSUPPORTED',
      message: 'this release reads repositories in S3 and in folders',
      hint: 'Copy the repository to S3-compatible storage or to a folder that both sides see.',
    }
  }
  const hint = 'It looks like s3://bucket/prefix.'
  if (!uri.startsWith('s3://')) {
    const bucket = uri.replace(/^(https?:)?\/*/, '')
    return {
      code: 'CFG_WRONG_VALUE',
      message: 'the place of a repository begins with s3://',
      hint: `Did you mean 's3://${bucket}'?`,
    }
  }
  return { code: 'CFG_WRONG_VALUE', message: `'${uri}' does not name a bucket`, hint }
}).meta({ examples: ['s3://bucket/prefix'], pattern: '^s3://' })

/** An AWS role of any partition, with or without a path. */
export const roleArn = z.string().regex(/^arn:[a-z0-9-]+:iam::\d{12}:role\/.+$/, {
  error: 'a role looks like arn:aws:iam::111122223333:role/name',
})
