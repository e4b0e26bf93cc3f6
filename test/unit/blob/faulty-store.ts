import { Failure } from '../../../src/core/failure.ts'
import type { BlobCall } from '../../../src/blob/metered-store.ts'
import type { BlobStore } from '../../../src/blob/blob-store.ts'

/** What goes wrong with one call. */
export type Fault =
  /** The call throws before it gives anything. */
  | { readonly kind: 'fail'; readonly failure: Failure }
  /** The call throws after `after` bytes of a stream or entries of a listing; a `read` or `size` throws at once. */
  | { readonly kind: 'cut'; readonly after: number; readonly failure?: Failure }
  /** One bit of the byte at `at` of what the call gives is flipped, without any sign. */
  | { readonly kind: 'corrupt'; readonly at: number }
  /** The call gives `missing` bytes less than it should, without any sign. */
  | { readonly kind: 'short'; readonly missing: number }

/** One call of a store, counted from 1 over all calls of this store. */
export interface CallSeen {
  readonly call: BlobCall
  readonly key: string
  readonly nth: number
}

/** A retryable failure as a store throws it when the network breaks. */
export function broken(key: string): Failure {
  return new Failure('STORE_UNREACHABLE', 'connection reset', { op: 'read', subject: key, retryable: true })
}

/** The same blobs, except where `plan` names a fault for a call. */
export function faultyStore(store: BlobStore, plan: (seen: CallSeen) => Fault | undefined): BlobStore {
  let nth = 0
  const next = (call: BlobCall, key: string): Fault | undefined => {
    const fault = plan({ call, key, nth: ++nth })
    if (fault?.kind === 'fail') throw fault.failure
    return fault
  }
  return {
    uri: store.uri,
    list: async function* (prefix, options, signal) {
      const fault = next('list', prefix)
      let given = 0
      for await (const entry of store.list(prefix, options, signal)) {
        if (fault?.kind === 'cut' && given === fault.after) throw fault.failure ?? broken(prefix)
        given++
        yield entry
      }
    },
    size: async (key, signal) => {
      const fault = next('size', key)
      if (fault?.kind === 'cut') throw fault.failure ?? broken(key)
      return store.size(key, signal)
    },
    read: async (key, range, signal, memory) => {
      const fault = next('read', key)
      if (fault?.kind === 'cut') throw fault.failure ?? broken(key)
      const bytes = await store.read(key, range, signal, memory)
      if (fault?.kind === 'corrupt') flip(bytes, fault.at)
      return fault?.kind === 'short' ? bytes.slice(0, Math.max(0, bytes.length - fault.missing)) : bytes
    },
    stream: async function* (key, range, signal) {
      const fault = next('stream', key)
      const end = fault?.kind === 'short' ? (range.end ?? (await store.size(key, signal))) - fault.missing : range.end
      let given = 0
      for await (const chunk of store.stream(key, { ...range, ...(end !== undefined && { end }) }, signal)) {
        if (fault?.kind === 'cut' && given + chunk.length >= fault.after) {
          if (fault.after > given) yield chunk.slice(0, fault.after - given)
          throw fault.failure ?? broken(key)
        }
        if (fault?.kind === 'corrupt') flip(chunk, fault.at - given)
        given += chunk.length
        yield chunk
      }
    },
  }
}

function flip(bytes: Uint8Array, at: number): void {
  const byte = bytes[at]
  if (byte !== undefined) bytes[at] = byte ^ 1
}
