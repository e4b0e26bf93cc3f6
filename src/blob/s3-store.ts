import type { GetObjectCommandOutput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import type { Readable } from 'node:stream'
import { systemClock, throwIfAborted } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import { checkKey } from './blob-key.ts'
import type { BlobStore, ByteRange } from './blob-store.ts'
import { memoryFor } from './memory-for.ts'
import { resolveRange } from './resolve-range.ts'
import { s3Client } from './s3-client.ts'
import { s3Failure } from './s3-failure.ts'
import type { S3Request } from './s3-failure.ts'
import type { S3Options } from './s3-options.ts'
import { startWatchdog } from './watchdog.ts'
import type { Watchdog } from './watchdog.ts'

const DEFAULT_SILENCE_MS = 30_000

/**
 * The objects of a bucket as blobs. One request for each call (two for ranges that reach no byte), no retries: wrap it
 * with `retryStore`. The SDK is loaded on first use. Objects whose key ends with `/` (folder marks) are left out.
 *
 * Failure codes: those of {@link BlobStore}. An answer cut short or silent for `silenceMs` is a retryable
 * `STORE_UNREACHABLE`.
 */
export async function openS3Store(bucket: string, options: S3Options = {}): Promise<BlobStore> {
  const sdk = await import('@aws-sdk/client-s3')
  const client = await s3Client(sdk, bucket, options)
  const uri = `s3://${bucket}`
  const silenceMs = options.silenceMs ?? DEFAULT_SILENCE_MS

  const watch = (request: S3Request, signal: AbortSignal): Watchdog => {
    throwIfAborted(signal)
    const silent = (): Failure =>
      new Failure('STORE_UNREACHABLE', `nothing arrived for ${silenceMs} ms`, {
        op: request.op,
        subject: request.subject,
        retryable: true,
      })
    return startWatchdog(options.clock ?? systemClock, silenceMs, signal, silent)
  }

  const request = (op: string, right: string, key: string): S3Request => {
    checkKey(key, right === 's3:ListBucket' ? 'prefix' : 'key', uri)
    return { op, right, subject: key === '' ? uri : `${uri}/${key}` }
  }

  /** One request whose answer comes as a whole. */
  const call = async <T>(what: S3Request, signal: AbortSignal, send: (signal: AbortSignal) => Promise<T>) => {
    const watchdog = watch(what, signal)
    try {
      return await send(watchdog.signal)
    } catch (error) {
      throw s3Failure(error, what, watchdog.signal)
    } finally {
      watchdog.stop()
    }
  }

  const size = async (key: string, signal: AbortSignal): Promise<number> => {
    const what = request('look up', 's3:GetObject', key)
    const head = new sdk.HeadObjectCommand({ Bucket: bucket, Key: key })
    const answer = await call(what, signal, (abortSignal) => client.send(head, { abortSignal }))
    return lengthOf(answer.ContentLength, what)
  }

  async function* chunks(key: string, range: ByteRange, signal: AbortSignal, use: (length: number) => void) {
    const what = request('read', 's3:GetObject', key)
    if (range.end !== undefined && range.end <= range.start) {
      resolveRange(what.subject, range, await size(key, signal))
      use(0)
      return
    }
    const watchdog = watch(what, signal)
    let body: Readable | undefined
    try {
      const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...rangeHeader(range) })
      const answer = await client.send(command, { abortSignal: watchdog.signal })
      body = bodyOf(answer, what)
      const length = bytesPromised(answer, range, what)
      use(length)
      let done = 0
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        done += chunk.length
        if (done > length) break
        watchdog.pause()
        yield chunk
        watchdog.heard()
      }
      if (done !== length) throw cut(what, done, length)
    } catch (error) {
      if (!isUnsatisfiable(error)) throw s3Failure(error, what, watchdog.signal)
      const { start, end } = resolveRange(what.subject, range, await size(key, signal))
      if (end > start) throw cut(what, 0, end - start)
      use(0)
    } finally {
      body?.destroy()
      watchdog.stop()
    }
  }

  return {
    uri,
    list: async function* (prefix, { delimiter }, signal) {
      const what = request('list', 's3:ListBucket', prefix)
      let token: string | undefined
      do {
        const command = new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(delimiter && { Delimiter: '/' }),
          ...(token !== undefined && { ContinuationToken: token }),
        })
        const page = await call(what, signal, (abortSignal) => client.send(command, { abortSignal }))
        for (const { Key: key, Size: bytes } of page.Contents ?? []) {
          if (key !== undefined && !key.endsWith('/')) yield { key, size: lengthOf(bytes, what) }
        }
        token = tokenAfter(page, token, what)
      } while (token !== undefined)
    },
    size,
    read: async (key, range, signal, memory) => {
      let bytes: Uint8Array = new Uint8Array(0)
      let done = 0
      for await (const chunk of chunks(key, range, signal, (length) => (bytes = memoryFor(length, memory)))) {
        bytes.set(chunk, done)
        done += chunk.length
      }
      return bytes
    },
    stream: (key, range, signal) => chunks(key, range, signal, () => undefined),
  }
}

function rangeHeader({ start, end }: ByteRange): { Range?: string } {
  if (start === 0 && end === undefined) return {}
  return { Range: `bytes=${start}-${end === undefined ? '' : end - 1}` }
}

function bodyOf(answer: GetObjectCommandOutput, what: S3Request): Readable {
  if (answer.Body === undefined) throw strange(what, 'an answer without a body')
  return answer.Body as Readable // on Node the SDK hands out the response of node:http
}

/** How many bytes the body has to have; `BLOB_CORRUPT` when the blob is too short for the range. */
function bytesPromised(answer: GetObjectCommandOutput, range: ByteRange, what: S3Request): number {
  const length = lengthOf(answer.ContentLength, what)
  const total = /^bytes \d+-\d+\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1]
  const size = total === undefined ? length : Number(total)
  const { start, end } = resolveRange(what.subject, range, size)
  if (total === undefined && end - start !== size) throw strange(what, 'it ignores ranges')
  if (end - start !== length) throw cut(what, length, end - start)
  return length
}

function lengthOf(bytes: number | undefined, what: S3Request): number {
  if (bytes === undefined || !Number.isSafeInteger(bytes) || bytes < 0) throw strange(what, 'a blob without a length')
  return bytes
}

function tokenAfter(page: ListObjectsV2CommandOutput, token: string | undefined, what: S3Request): string | undefined {
  if (page.IsTruncated === undefined && page.Name === undefined) throw strange(what, 'a listing of no bucket')
  if (page.IsTruncated !== true) return undefined
  const next = page.NextContinuationToken
  if (next === undefined || next === token) throw strange(what, 'a listing that does not go on')
  return next
}

/** True for HTTP 416: the range starts at or after the end of the blob. */
function isUnsatisfiable(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidRange'
}

function cut({ op, subject }: S3Request, done: number, length: number): Failure {
  return new Failure('STORE_UNREACHABLE', `the body has ${done} bytes, ${length} were promised`, {
    op,
    subject,
    retryable: true,
  })
}

function strange({ op, subject }: S3Request, what: string): Failure {
  return new Failure('STORE_UNREACHABLE', `the service does not behave like S3: ${what}`, { op, subject })
}
