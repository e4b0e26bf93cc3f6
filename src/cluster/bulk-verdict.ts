import type { BulkOp } from './bulk-body.ts'
import type { ServerError } from './server-error.ts'

/** Why a document was refused for good, for people to sort rejects by. */
export type RejectClass =
  /** A field does not fit the mapping. */
  | 'mapping'
  /** The document is not what the target can parse. */
  | 'document'
  /** A limit of the index: fields, depth, length of a term. */
  | 'limit'
  /** Larger than the target takes in one request. */
  | 'too-large'
  /** The id or the routing value. */
  | 'id'
  /** The name or state of the index. */
  | 'index'
  /** The target holds a newer version of the document. */
  | 'conflict'
  /** An error inside the target that repeats. */
  | 'server'
  | 'other'

/** What becomes of one document, or of a whole body that was refused. */
export type Verdict =
  | { readonly kind: 'created' | 'updated' }
  /** `create` found the document there already. */
  | { readonly kind: 'existing' }
  /** Overloaded: send it again later. */
  | { readonly kind: 'overload' }
  /** An error inside the server: send it again a few times. */
  | { readonly kind: 'fault' }
  /** Nobody can write to the index just now: a full disk, a read-only block. */
  | { readonly kind: 'blocked' }
  /** No document can get through, and waiting does not help. */
  | { readonly kind: 'stop'; readonly code: 'CLUSTER_REFUSED' | 'CLUSTER_DENIED'; readonly hint: string }
  | { readonly kind: 'reject'; readonly class: RejectClass }

const OVERLOAD = new Set([
  'es_rejected_execution_exception',
  'rejected_execution_exception',
  'open_search_rejected_execution_exception',
  'circuit_breaking_exception',
  'unavailable_shards_exception',
  'process_cluster_event_timeout_exception',
  'no_shard_available_action_exception',
  'primary_missing_action_exception',
  'node_closed_exception',
  'node_disconnected_exception',
  'node_not_connected_exception',
])

const STOPS: Readonly<Record<string, string>> = {
  index_not_found_exception:
    'The index does not exist on the target and is not created on its own; run the metadata step.',
  index_missing_exception:
    'The index does not exist on the target and is not created on its own; run the metadata step.',
  index_closed_exception: 'Open the index on the target, then resume.',
}

const REJECTS: Readonly<Record<string, RejectClass>> = {
  mapper_parsing_exception: 'mapping',
  strict_dynamic_mapping_exception: 'mapping',
  document_parsing_exception: 'mapping',
  mapper_exception: 'mapping',
  parse_exception: 'document',
  parsing_exception: 'document',
  x_content_parse_exception: 'document',
  json_parse_exception: 'document',
  not_x_content_exception: 'document',
  max_bytes_length_exceeded_exception: 'limit',
  action_request_validation_exception: 'id',
  routing_missing_exception: 'id',
  invalid_index_name_exception: 'index',
  version_conflict_engine_exception: 'conflict',
}

/** Sorts one answer, of an item or of a whole request, by its status and error type. */
export function verdictOf(status: number, error: ServerError | undefined, op: BulkOp): Verdict {
  if (error === undefined) return { kind: status === 201 ? 'created' : 'updated' }
  const { type, reason } = error
  if (type === 'cluster_block_exception') return { kind: 'blocked' }
  if (type === 'security_exception' || status === 401 || status === 403) {
    return { kind: 'stop', code: 'CLUSTER_DENIED', hint: 'Grant the privilege that the answer names to this user.' }
  }
  const stop = STOPS[type]
  if (stop !== undefined) return { kind: 'stop', code: 'CLUSTER_REFUSED', hint: stop }
  if (status === 409 && op === 'create') return { kind: 'existing' }
  if (OVERLOAD.has(type) || [429, 502, 503, 504].includes(status)) return { kind: 'overload' }
  if (status >= 500) return { kind: 'fault' }
  return { kind: 'reject', class: rejectClassOf(status, type, reason) }
}

function rejectClassOf(status: number, type: string, reason: string): RejectClass {
  if (status === 413) return 'too-large'
  if (status === 409) return 'conflict'
  if (/limit of .* (has been|exceeded)|exceeds the .*limit|immense term|maximum allowed/i.test(reason)) return 'limit'
  if (/\bid\b.* (is )?too long|_id.* must not be empty/i.test(reason)) return 'id'
  return REJECTS[type] ?? 'other'
}
