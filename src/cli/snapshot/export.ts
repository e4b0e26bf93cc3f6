import { join } from 'node:path'
import { formatCount } from '../../core/units.ts'
import type { Snapshot } from '../../repository/snapshot.ts'
import { requireComplete } from '../../repository/snapshot.ts'
import { selectIndices } from '../../repository/select-indices.ts'
import { typeOfDocuments } from '../../source/document-type.ts'
import { readShard } from '../../source/read-shard.ts'
import { SourceLines } from '../../source/source-lines.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import type { World } from '../world.ts'
import { LineBuffer } from './document-line.ts'
import { finishedFile, type Sink } from './finished-file.ts'
import { openFromOptions } from './open.ts'

const FLUSH_BYTES = 512 * 1024

/** `workflow snapshot export`: every live document of the chosen indices as NDJSON; exit 3 when some have no source. */
export const run: CommandRun = async (world, input) => {
  const { repository } = await openFromOptions(world, input)
  const snapshot = await repository.snapshot(input.requiredText('snapshot'), world.signal)
  requireComplete(snapshot)
  const patterns = input.list('index')
  const { names } = selectIndices(snapshot, patterns.length === 0 ? ['*'] : patterns)
  const out = input.text('out')

  let documents = 0
  let sourceless = 0
  for (const name of names) {
    const sink: Sink =
      out === undefined
        ? {
            write: (chunk) => world.stdout.write(chunk),
            finish: () => Promise.resolve(),
            abandon: () => Promise.resolve(),
          }
        : await finishedFile(join(out, `${encodeURIComponent(name)}.ndjson`))
    try {
      const counts = await exportIndex(world, snapshot, name, sink)
      documents += counts.documents
      sourceless += counts.sourceless
      await sink.finish()
    } catch (error) {
      await sink.abandon()
      throw error
    }
  }
  await world.stderr.write(`Exported ${formatCount(documents)} documents of ${formatCount(names.length)} indices.\n`)
  if (sourceless === 0) return EXIT.done
  await world.stderr.write(
    `SOURCE_MISSING: ${formatCount(sourceless)} documents were left out, because their source is not stored.\n`,
  )
  return EXIT.rejects
}

async function exportIndex(
  world: World,
  snapshot: Snapshot,
  name: string,
  sink: Sink,
): Promise<{ documents: number; sourceless: number }> {
  const metadata = await snapshot.index(name, world.signal)
  const indexType = typeOfDocuments(metadata)
  const lines = new SourceLines()
  const buffer = new LineBuffer()
  let documents = 0
  let sourceless = 0
  for (let shard = 0; shard < metadata.numberOfShards; shard++) {
    const { directory } = await snapshot.shard(name, shard, world.signal)
    for await (const batch of readShard(directory, {}, world.signal)) {
      // The newest batch is always held back: what a shard gave before its checksum failed never looks like all of it.
      if (buffer.length >= FLUSH_BYTES) await sink.write(buffer.take())
      lines.begin(batch)
      for (let place = 0; place < batch.count; place++) {
        const id = batch.id(place)
        if (!lines.find(batch, place)) {
          sourceless++
          await world.stderr.write(`SOURCE_MISSING index ${JSON.stringify(name)} id ${JSON.stringify(id)}\n`)
          continue
        }
        const type = batch.type(place) ?? indexType
        buffer.add({ index: name, type, id, routing: batch.routing(place) }, lines.bytes, lines.start, lines.end)
        documents++
      }
    }
  }
  if (buffer.length > 0) await sink.write(buffer.take())
  return { documents, sourceless }
}
