import type * as z from 'zod'
import type { Diagnostic } from './diagnostic.ts'
import { NEWER_KEYS } from './newer-schema.ts'
import { isRecord, placeName, valueAt } from './plain-data.ts'
import type { Finding } from './scalars.ts'
import { keysAt, placesOf } from './schema-keys.ts'
import type { SourceText, Words } from './source-text.ts'
import { suggest } from './suggest.ts'

/** Words that people write for a key of ours. */
const SYNONYMS: Readonly<Record<string, string>> = {
  url: 'endpoint',
  uri: 'endpoint',
  host: 'endpoint',
  hosts: 'endpoint',
  address: 'endpoint',
  auth: 'authConfig',
  authentication: 'authConfig',
  user: 'username',
  pass: 'password',
  index: 'indices',
  indexes: 'indices',
  indexAllowlist: 'indices',
  ssl: 'tls',
  insecure: 'tls',
  allowInsecure: 'tls',
  ca: 'caFile',
  caCert: 'caFile',
  region: 'aws_region',
  repoPathUri: 's3RepoPathUri',
  s3RoleArn: 'roleArn',
  path: 'fsRepoPath',
  sources: 'sourceClusters',
  targets: 'targetClusters',
  fromSource: 'sourceCluster',
  toTarget: 'targetCluster',
  source: 'sourceCluster',
  target: 'targetCluster',
  podReplicas: 'workers',
  documentsPerBulkRequest: 'bulkDocs',
  documentsSizePerBulkRequest: 'bulkBytes',
  metadataMigrationConfig: 'metadataMigration',
  documentBackfillConfig: 'documentBackfill',
}

/** Turns what a schema finds wrong with a value into findings at their places. */
export function schemaDiagnostics(
  schema: z.ZodType,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  source: SourceText,
): Diagnostic[] {
  const found: Diagnostic[] = []
  /** Keys that are there under another spelling, so that they are not reported as missing besides. */
  const meantKeys = new Set<string>()
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const path = issue.path.map(String)
    for (const key of issue.keys) {
      const meant = meantKey(schema, value, path, key)
      if (meant !== undefined) meantKeys.add(placeName([...path, meant]))
      found.push(source.atKey([...path, key], unknownKey(schema, value, path, key, meant)))
    }
  }
  for (const issue of issues) {
    const path = issue.path.map(String)
    if (issue.code === 'unrecognized_keys') continue
    if (issue.code === 'invalid_key') {
      const message = issue.issues[0]?.message ?? 'this name is not allowed'
      found.push(source.atKey(path, { code: 'CFG_NAME', message }))
      continue
    }
    const actual = valueAt(value, path)
    if (actual !== undefined) found.push(source.atValue(path, wrongValue(issue, path, actual, source)))
    else if (!meantKeys.has(placeName(path))) found.push(source.atKey(path.slice(0, -1), missing(path)))
  }
  return found
}

/** The key that was most likely meant by one that is not known, undefined when none is near. */
function meantKey(schema: z.ZodType, value: unknown, path: readonly string[], key: string): string | undefined {
  const known = keysAt(schema, path)
  const synonym = Object.hasOwn(SYNONYMS, key) ? SYNONYMS[key] : undefined
  if (synonym !== undefined && known.includes(synonym)) return synonym
  const present = Object.keys(valueAt(value, path) ?? {})
  return suggest(
    key,
    known.filter((candidate) => !present.includes(candidate)),
  )
}

function unknownKey(
  schema: z.ZodType,
  value: unknown,
  path: readonly string[],
  key: string,
  meant: string | undefined,
): Words {
  const message = `'${key}' is not a key of ${placeName(path)}`
  if (path.length === 0 && NEWER_KEYS.includes(key)) {
    return {
      code: 'CFG_MIXED_FORMS',
      message: `'${key}' and 'migrations' belong to two forms of a configuration`,
      hint: 'Keep one form; workflow configure convert turns one into the other.',
    }
  }
  if (meant !== undefined) return { code: 'CFG_UNKNOWN_KEY', message, hint: `Did you mean '${meant}'?` }
  if (path.length === 0 && Object.hasOwn(valueAt(value, [key]) ?? {}, 'endpoint')) {
    const hint = 'It looks like a cluster: indent it below sourceClusters or targetClusters.'
    return { code: 'CFG_MISPLACED_KEY', message, hint }
  }
  const places = placesOf(schema, key)
  if (places.length > 0) {
    const where = places.map((place) => (place === '' ? 'the top level' : place)).slice(0, 3)
    return { code: 'CFG_MISPLACED_KEY', message, hint: `It belongs to ${where.join(' or ')}.` }
  }
  const known = keysAt(schema, path)
  const list = known.length > 12 ? `${known.slice(0, 12).join(', ')} and others` : known.join(', ')
  return { code: 'CFG_UNKNOWN_KEY', message, hint: `Known here: ${list}.` }
}

function missing(path: readonly string[]): Words {
  const key = path.at(-1)!
  const hints: Readonly<Record<string, string>> = {
    indices: 'For every index write: indices: ["*"]',
    endpoint: 'Write: endpoint: https://host:9200',
  }
  const message = `${placeName(path.slice(0, -1))} has no '${key}'`
  return { code: 'CFG_MISSING_KEY', message, hint: hints[key] ?? `Add the key '${key}'.` }
}

function wrongValue(issue: z.core.$ZodIssue, path: readonly string[], actual: unknown, source: SourceText): Words {
  const key = path.at(-1) ?? ''
  const subject = placeName(path)
  switch (issue.code) {
    case 'custom': {
      const { code = 'CFG_WRONG_VALUE', hint } = (issue.params ?? {}) as Partial<Finding>
      return { code, message: issue.message, ...(hint !== undefined && { hint }) }
    }
    case 'invalid_type': {
      if (key === 'version' && typeof actual === 'number') return unquotedVersion(actual, source.written(path))
      const wanted = TYPE_NAMES[issue.expected] ?? issue.expected
      if (actual === null) {
        return {
          code: 'CFG_WRONG_TYPE',
          message: `${subject} has no value`,
          hint: `It takes ${wanted}; indent what belongs to it by two spaces, or remove the key.`,
        }
      }
      const hint = typeHint(issue.expected, key, actual)
      const message = `${subject} must be ${wanted}, not ${describe(key, actual)}`
      return { code: 'CFG_WRONG_TYPE', message, ...(hint !== undefined && { hint }) }
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      const meant = typeof actual === 'string' ? suggest(actual, allowed) : undefined
      return {
        code: 'CFG_WRONG_VALUE',
        message: `${subject} must be ${orList(allowed)}, not ${describe(key, actual)}`,
        ...(meant !== undefined && { hint: `Did you mean '${meant}'?` }),
      }
    }
    case 'too_small':
      if (issue.origin === 'array') {
        const hint = key === 'indices' ? 'For every index write: indices: ["*"]' : `Add an entry, or remove '${key}'.`
        return { code: 'CFG_WRONG_VALUE', message: `${subject} is empty`, hint }
      }
      if (issue.origin === 'string') return { code: 'CFG_WRONG_VALUE', message: `${subject} is empty` }
      return {
        code: 'CFG_WRONG_VALUE',
        message: `${subject} must be ${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}, not ${describe(key, actual)}`,
      }
    case 'too_big':
      return {
        code: 'CFG_WRONG_VALUE',
        message: `${subject} must be at most ${issue.maximum}, not ${describe(key, actual)}`,
      }
    case 'invalid_union':
      return {
        code: 'CFG_WRONG_TYPE',
        message: `${subject} must be text, a number, true or false, not ${describe(key, actual)}`,
      }
    default:
      return { code: 'CFG_WRONG_VALUE', message: `${subject}: ${issue.message}` }
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
}

function unquotedVersion(value: number, written: string | undefined): Words {
  const text = written ?? String(value)
  return {
    code: 'CFG_UNQUOTED_VERSION',
    message: `a version needs quotes: YAML reads ${text} as the number ${value}`,
    hint: `Write: version: "${text}"`,
  }
}

function typeHint(expected: string, key: string, actual: unknown): string | undefined {
  if (expected === 'array' && typeof actual === 'string') return `Write a list: ${key}: ["${actual}"]`
  if (expected === 'boolean' && typeof actual === 'string') {
    if (/^(yes|on|y|true)$/i.test(actual)) return `Write: ${key}: true`
    if (/^(no|off|n|false)$/i.test(actual)) return `Write: ${key}: false`
  }
  if ((expected === 'number' || expected === 'int') && typeof actual === 'string') {
    const number = asNumber(actual)
    if (number !== undefined) return `Write: ${key}: ${number}`
  }
  if (expected === 'string' && typeof actual === 'number') return `Put it in quotes.`
  if ((expected === 'object' || expected === 'record') && Array.isArray(actual)) return 'Remove the hyphens: - '
  if (expected === 'array' && isRecord(actual)) return 'Begin each entry with a hyphen: - '
  return undefined
}

const SIZES: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

function asNumber(text: string): number | undefined {
  const match = /^\s*(\d[\d_,]*)\s*(k|m|g|)(?:i?b)?\s*$/i.exec(text)
  if (match === null) return undefined
  return Number(match[1]!.replace(/[_,]/g, '')) * SIZES[match[2]!.toLowerCase()]!
}

/** A value as a message shows it; secrets only by their type. */
function describe(key: string, value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map of keys'
  const secret = /password|key|secret|token/i.test(key)
  if (typeof value === 'string') return secret || value.length > 60 ? 'this text' : `the text '${value}'`
  if (typeof value === 'number') return secret ? 'a number' : `the number ${value}`
  return typeof value === 'boolean' ? String(value) : 'this value'
}

function orList(words: readonly string[]): string {
  if (words.length === 1) return words[0]!
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`
}
