import { checkRange, type ByteSource } from '../core/byte-source.ts'

/** Parts of a file that its reader is about to ask for, so that the reads of all files of a segment are under way at once. */
export interface EarlyRead {
  /** The file, by the part of its name after the segment's. */
  readonly part: string
  /** `[start, end)` of each read, in bytes, for a file of that length. */
  readonly ranges: (length: number) => readonly (readonly [start: number, end: number])[]
}

/** Longer files are left to their readers, which know how long they can be. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024

/** The file as a whole. */
export function wholeFile(part: string): EarlyRead {
  return { part, ranges: (length) => (length > MAX_WHOLE_BYTES ? [] : [[0, length]]) }
}

interface UnderWay {
  readonly start: number
  readonly end: number
  readonly bytes: Promise<Uint8Array>
}

/**
 * The same file, of which some ranges are being read from now on. A read inside of such a range waits for it; one that takes
 * its last byte also lets go of it. A failed read fails when its bytes are asked for, and never if they are not.
 */
export function readEarly(
  source: ByteSource,
  ranges: ReturnType<EarlyRead['ranges']>,
  signal: AbortSignal,
): ByteSource {
  const { name, length } = source
  const underWay = new Set<UnderWay>()
  for (const [start, end] of ranges) {
    if (start === end) continue
    const bytes = source.read(start, end, signal)
    bytes.catch(() => undefined) // Reported to whoever asks, never as an unhandled rejection.
    underWay.add({ start, end, bytes })
  }
  return {
    name,
    length,
    read: async (start, end, own, memory) => {
      checkRange(name, length, start, end)
      for (const early of underWay) {
        if (start < early.start || end > early.end) continue
        if (end === early.end) underWay.delete(early)
        const bytes = await early.bytes
        return bytes.subarray(start - early.start, end - early.start)
      }
      return source.read(start, end, own, memory)
    },
  }
}
