import { inflateRawSync } from 'node:zlib'
import { messageOf } from '../core/failure.ts'
import { corrupt } from './corrupt.ts'
import { deflateWasm } from './deflate-wasm.ts'

/** Smallest `chunkSize` that zlib accepts. */
const MIN_CHUNK = 64
/** Buffer steps for streams whose length is not known beforehand, in bytes. */
const UNKNOWN_CHUNK = 64 * 1024

const NO_DICTIONARY: Uint8Array = new Uint8Array(0)
const decodeFast = deflateWasm()

/**
 * Inflates one raw DEFLATE stream that fills `input` into `output`, which it fills exactly; `dictionary` is the history
 * before the stream. Throws `BLOB_CORRUPT` on any other input; `output` is then partly written.
 *
 * Source: RFC 1951; Lucene `DeflateWithPresetDictCompressionMode`.
 */
export function inflateRaw(input: Uint8Array, output: Uint8Array, subject: string, dictionary = NO_DICTIONARY): void {
  if (decodeFast?.(input, output, dictionary) !== true) inflateSlowly(input, output, subject, dictionary)
}

/** By zlib: it says what is wrong with a stream, and serves where WebAssembly is missing or its memory too small. */
function inflateSlowly(input: Uint8Array, output: Uint8Array, subject: string, dictionary: Uint8Array): void {
  // One output buffer instead of zlib's pieces. Without the byte to spare its wrapper would see a full buffer and make
  // another one of the same size.
  const chunkSize = Math.max(output.length + 1, MIN_CHUNK)
  const result = inflate(input, chunkSize, output.length, subject, dictionary)
  if (result.length !== output.length) {
    throw corrupt(subject, `DEFLATE stream gives ${result.length} bytes instead of ${output.length}`, input.length)
  }
  output.set(result)
}

/** Inflates one raw DEFLATE stream that fills `input` and gives at most `maxLength` bytes; `BLOB_CORRUPT` otherwise. */
export function inflateRawUnknown(input: Uint8Array, maxLength: number, subject: string): Uint8Array {
  return inflate(input, UNKNOWN_CHUNK, maxLength, subject, NO_DICTIONARY)
}

function inflate(
  input: Uint8Array,
  chunkSize: number,
  maxLength: number,
  subject: string,
  dictionary: Uint8Array,
): Uint8Array {
  let result: unknown
  try {
    result = inflateRawSync(input, {
      chunkSize,
      maxOutputLength: Math.max(maxLength, 1),
      info: true,
      ...(dictionary.length > 0 ? { dictionary } : {}),
    })
  } catch (cause) {
    throw corrupt(subject, `DEFLATE stream is damaged: ${messageOf(cause)}`, 0, cause)
  }
  // The types do not know that `info` changes the result.
  const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } }
  const left = input.length - engine.bytesWritten
  if (left !== 0) throw corrupt(subject, `${left} bytes follow the DEFLATE stream`, engine.bytesWritten)
  if (buffer.length > maxLength) {
    throw corrupt(subject, `DEFLATE stream gives ${buffer.length} bytes, at most ${maxLength} can be right`, 0)
  }
  return buffer
}
