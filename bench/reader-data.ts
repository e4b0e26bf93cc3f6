import { logLine, numbersBelow, podLine, type Line } from './log-lines.ts'
import { writtenSnapshot } from './written-snapshot.ts'

/** An index of the benchmark: documents of one size in one force-merged segment. */
export interface BenchIndex {
  readonly name: string
  readonly codec: 'default' | 'best_compression'
  readonly documents: number
  /** Bytes of each source, about. */
  readonly documentBytes: number
  readonly line: Line
}

const SERVER_VERSION = '7.10.2'

export const BENCH_INDICES: readonly BenchIndex[] = [
  { name: 'lz4-pods', codec: 'default', documents: 500_000, documentBytes: 1024, line: podLine },
  { name: 'deflate-pods', codec: 'best_compression', documents: 500_000, documentBytes: 1024, line: podLine },
  { name: 'lz4-1k', codec: 'default', documents: 500_000, documentBytes: 1024, line: logLine },
  { name: 'deflate-1k', codec: 'best_compression', documents: 500_000, documentBytes: 1024, line: logLine },
  { name: 'lz4-20m', codec: 'default', documents: 12, documentBytes: 20_000_000, line: logLine },
  { name: 'deflate-20m', codec: 'best_compression', documents: 12, documentBytes: 20_000_000, line: logLine },
]

/** The folder of a snapshot with all indices; see {@link writtenSnapshot}. */
export function benchRepository(progress: (text: string) => void): Promise<string> {
  const indices = BENCH_INDICES.map(({ name, codec, documents, documentBytes, line }) => {
    const below = numbersBelow(documentBytes)
    const nextLine = (): string => line(below, documentBytes)
    return { name, settings: { codec }, mappings: { enabled: false }, documents, nextLine }
  })
  return writtenSnapshot('bench-reader-2', SERVER_VERSION, indices, progress)
}
