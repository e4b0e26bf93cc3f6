import { logLine, numbersBelow } from './log-lines.ts'
import { writtenSnapshot } from './written-snapshot.ts'

/** An index of the same documents as the others, whose sources are kept in its own way. */
export interface TwinIndex {
  readonly name: string
  readonly settings: Readonly<Record<string, string>>
}

const SERVER_VERSION = '9.5.3'
/** Documents of each index, about 1 KB each. */
const DOCUMENTS = 200_000
const DOCUMENT_BYTES = 1024

/** The first one stores its sources; the others are measured by it. */
export const TWIN_INDICES: readonly TwinIndex[] = [
  { name: 'twin-stored', settings: {} },
  { name: 'twin-synthetic', settings: { 'index.mapping.source.mode': 'synthetic' } },
  { name: 'twin-logsdb', settings: { 'index.mode': 'logsdb' } },
]

const KEYWORD = { type: 'keyword' }
const PROPERTIES = {
  '@timestamp': { type: 'date' },
  clientip: { type: 'ip' },
  request: KEYWORD,
  status: { type: 'integer' },
  bytes: { type: 'long' },
  referrer: KEYWORD,
  host: { properties: { name: KEYWORD, os: { properties: { family: KEYWORD, kernel: KEYWORD } } } },
  agent: KEYWORD,
  trace: KEYWORD,
  message: { type: 'text' },
}

/** The folder of a snapshot with all twins; see {@link writtenSnapshot}. */
export function twinRepository(progress: (text: string) => void): Promise<string> {
  const indices = TWIN_INDICES.map(({ name, settings }) => {
    const below = numbersBelow(DOCUMENT_BYTES)
    const nextLine = (): string => logLine(below, DOCUMENT_BYTES)
    return { name, settings, mappings: { properties: PROPERTIES }, documents: DOCUMENTS, nextLine }
  })
  return writtenSnapshot('bench-twins-1', SERVER_VERSION, indices, progress)
}
