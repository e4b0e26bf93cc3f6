import { locationIn } from '../src/blob/location.ts'
import { meteredStore, newBlobMeter } from '../src/blob/metered-store.ts'
import { openStore } from '../src/blob/open-store.ts'
import { openRepository } from '../src/repository/open.ts'
import { openSegmentSource } from '../src/source/segment-source.ts'
import { readShardSources } from '../src/source/rebuild/read-shard-sources.ts'
import { RebuiltLines } from '../src/source/rebuild/rebuilt-lines.ts'
import { readCommit } from '../src/lucene/commit.ts'

/** What one run of the reader took. */
export interface ReaderRun {
  readonly documents: number
  /** Bytes of all sources. */
  readonly sourceBytes: number
  readonly seconds: number
  /** User and system time of all threads. */
  readonly cpuSeconds: number
  readonly peakRssBytes: number
  /** Bytes read from the repository, metadata included. */
  readonly readBytes: number
  readonly reads: number
  /** Bytes of all `.fdt` files. */
  readonly fdtBytes: number
  /** Folded from ids and lines, so that nothing can be left out unnoticed. */
  readonly check: number
}

/** Reads every document of every shard of an index on this thread: ids are made, lines found or put together, nothing is sent. */
async function readIndex(path: string, snapshotName: string, index: string): Promise<ReaderRun> {
  const signal = new AbortController().signal
  const meter = newBlobMeter()
  const { store } = await openStore(path)
  const before = process.cpuUsage()
  const start = performance.now()
  const repository = await openRepository(locationIn(meteredStore(store, meter), ''), signal)
  const snapshot = await repository.snapshot(snapshotName, signal)
  const metadata = await snapshot.index(index, signal)
  const lines = new RebuiltLines()
  let [documents, sourceBytes, check] = [0, 0, 0]
  const directories = []
  for (let shard = 0; shard < metadata.numberOfShards; shard++) {
    const { directory } = await snapshot.shard(index, shard, signal)
    directories.push(directory)
    const options = { sourceless: 'rebuild' as const }
    for await (const { batch, rebuilder } of readShardSources(directory, metadata, options, signal)) {
      lines.begin(batch, rebuilder)
      for (let place = 0; place < batch.count; place++) {
        const id = batch.id(place)
        const reason = lines.find(batch, place)
        if (reason !== undefined) throw new Error(`${id} has no source: ${reason}`)
        documents++
        sourceBytes += lines.end - lines.start
        check = (Math.imul(check, 31) + id.charCodeAt(id.length - 1) + lines.bytes[lines.end - 1]!) | 0
      }
    }
  }
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  const { read, size } = meter
  const run = { documents, sourceBytes, seconds, cpuSeconds: (user + system) / 1e6, check }
  const { calls: reads, bytes: readBytes } = read
  const peakRssBytes = process.resourceUsage().maxRSS * 1024
  let fdtBytes = 0
  for (const directory of directories) {
    for (const segment of (await readCommit(directory, signal)).segments) {
      fdtBytes += (await openSegmentSource(directory, segment, signal))?.stored.fdt.length ?? 0
    }
  }
  return { ...run, reads: reads + size.calls, readBytes, peakRssBytes, fdtBytes }
}

const [path, snapshotName, index] = process.argv.slice(2)
console.log(JSON.stringify(await readIndex(path!, snapshotName!, index!)))
