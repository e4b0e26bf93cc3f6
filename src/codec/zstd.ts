import { messageOf } from '../core/failure.ts'
import { corrupt } from './corrupt.ts'
import { nativeZstd, wasmZstd, type ZstdEngine } from './zstd-engine.ts'
import { prependDictionary, readZstdFrame } from './zstd-frame.ts'

/** Largest frame or content that is decoded at once; WebAssembly memory ends at 2 GiB. */
const MAX_LENGTH = 512 * 1024 * 1024

let loaded: ZstdEngine | undefined

/** Makes {@link zstdDecode} usable in this thread, by Node's own decoder or a WebAssembly one; may be called repeatedly. */
export async function loadZstd(): Promise<void> {
  loaded ??= nativeZstd() ?? (await wasmZstd())
}

/**
 * Decodes the one zstd frame that fills `input` and gives exactly `expectedLength` bytes. `dictionary` is raw content: the
 * history before the frame. Throws `BLOB_CORRUPT` for any other input. {@link loadZstd} must have finished.
 *
 * Source: RFC 8878; OpenSearch `ZstdCompressionMode`, Elasticsearch `Zstd814StoredFieldsFormat`.
 *
 * @param engine the decoder to use instead of the loaded one.
 */
export function zstdDecode(
  input: Uint8Array,
  expectedLength: number,
  subject: string,
  dictionary: Uint8Array = new Uint8Array(0),
  engine: ZstdEngine = loadedEngine(),
): Uint8Array {
  const frame = readZstdFrame(input, subject)
  const declared = frame.contentLength ?? expectedLength
  if (declared !== expectedLength || expectedLength > frame.maxLength) {
    throw corrupt(
      subject,
      `zstd frame of ${frame.contentLength ?? 'unknown'} (at most ${frame.maxLength}) bytes instead of ${expectedLength}`,
      5,
    )
  }
  const total = dictionary.length + expectedLength
  const whole = dictionary.length === 0 ? input : prependDictionary(input, frame, expectedLength, dictionary)
  const output = decodeFrame(engine, whole, total, subject)
  if (output.length !== total) {
    throw corrupt(subject, `zstd frame does not decode to its ${expectedLength} bytes`, frame.blocks)
  }
  return dictionary.length === 0 ? output : output.subarray(dictionary.length)
}

/**
 * Decodes the one zstd frame that fills `input` and gives 1 to `maxLength` bytes; for frames written by a stream, which do
 * not record their length. Throws `BLOB_CORRUPT` for any other input. {@link loadZstd} must have finished.
 */
export function zstdDecodeUnknown(
  input: Uint8Array,
  maxLength: number,
  subject: string,
  engine: ZstdEngine = loadedEngine(),
): Uint8Array {
  const frame = readZstdFrame(input, subject)
  if (frame.contentLength !== null) {
    if (frame.contentLength <= maxLength) return zstdDecode(input, frame.contentLength, subject, undefined, engine)
    throw corrupt(subject, `zstd frame of ${frame.contentLength} bytes, at most ${maxLength} can be right`, 5)
  }
  const output = decodeFrame(engine, input, Math.min(frame.maxLength, maxLength), subject)
  // The WebAssembly decoder reports damage, and content that does not fit, by an empty result.
  if (output.length === 0) {
    throw corrupt(subject, `zstd frame is empty, damaged or longer than ${maxLength} bytes`, frame.blocks)
  }
  return output
}

function decodeFrame(engine: ZstdEngine, frame: Uint8Array, capacity: number, subject: string): Uint8Array {
  if (capacity > MAX_LENGTH || frame.length > MAX_LENGTH) {
    throw corrupt(subject, `zstd frame of ${frame.length} bytes for ${capacity}, at most ${MAX_LENGTH} are decoded`, 0)
  }
  try {
    return engine.decode(frame, capacity)
  } catch (cause) {
    throw corrupt(subject, `zstd frame is damaged: ${messageOf(cause)}`, 0, cause)
  }
}

function loadedEngine(): ZstdEngine {
  if (loaded === undefined) throw new Error('zstd is not loaded: await loadZstd() first')
  return loaded
}
