import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { counted } from '../../core/units.ts'
import type { Snapshot } from '../../repository/snapshot.ts'
import { requireComplete } from '../../repository/snapshot.ts'
import { selectIndices } from '../../repository/select-indices.ts'
import { typeOfDocuments } from '../../source/document-type.ts'
import { readShardSources } from '../../source/rebuild/read-shard-sources.ts'
import { NOT_STORED, RebuildReport } from '../../source/rebuild/rebuild-report.ts'
import { sourceKeeping } from '../../source/rebuild/source-kind.ts'
import { sourcelessFor, toSourceless, type Sourceless } from '../../source/rebuild/sourceless.ts'
import { RebuiltLines } from '../../source/rebuild/rebuilt-lines.ts'
import type { Rebuilder } from '../../source/rebuild/rebuilder.ts'
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
  const sourceless = toSourceless(input.text('sourceless'))

  let documents = 0
  let leftOut = 0
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
      const counts = await exportIndex(world, snapshot, name, sourceless, sink)
      documents += counts.documents
      leftOut += counts.leftOut
      await sink.finish()
    } catch (error) {
      await sink.abandon()
      throw error
    }
  }
  await world.stderr.write(
    `Exported ${counted(documents, 'document')} of ${counted(names.length, 'index', 'indices')}.\n`,
  )
  if (leftOut === 0) return EXIT.done
  await world.stderr.write(`SOURCE_MISSING: left out ${counted(leftOut, 'document')} whose source is not stored.\n`)
  return EXIT.rejects
}

async function exportIndex(
  world: World,
  snapshot: Snapshot,
  name: string,
  asked: Sourceless | undefined,
  sink: Sink,
): Promise<{ documents: number; leftOut: number }> {
  const metadata = await snapshot.index(name, world.signal)
  const indexType = typeOfDocuments(metadata)
  const action = sourcelessFor(sourceKeeping(metadata).kind, asked)
  const report = new RebuildReport()
  const options = {
    sourceless: asked,
    finished: (rebuilder: Rebuilder): void => report.add(rebuilder.report()),
  }
  const lines = new RebuiltLines()
  const buffer = new LineBuffer()
  let documents = 0
  let leftOut = 0
  for (let shard = 0; shard < metadata.numberOfShards; shard++) {
    const { directory } = await snapshot.shard(name, shard, world.signal)
    for await (const { batch, rebuilder } of readShardSources(directory, metadata, options, world.signal)) {
      lines.begin(batch, rebuilder)
      for (let place = 0; place < batch.count; place++) {
        const id = batch.id(place)
        const reason = lines.find(batch, place)
        if (reason !== undefined) {
          if (action === 'fail') throw sourceMissing(name, id, reason)
          leftOut++
          const why = reason === NOT_STORED ? '' : `: ${reason}`
          await world.stderr.write(`SOURCE_MISSING index ${JSON.stringify(name)} id ${JSON.stringify(id)}${why}\n`)
          continue
        }
        const type = batch.type(place) ?? indexType
        buffer.add({ index: name, type, id, routing: batch.routing(place) }, lines.bytes, lines.start, lines.end)
        documents++
      }
      if (buffer.length >= FLUSH_BYTES) await sink.write(buffer.take())
    }
  }
  if (buffer.length > 0) await sink.write(buffer.take())
  for (const line of report.lines(name)) await world.stderr.write(`${line}\n`)
  return { documents, leftOut }
}

function sourceMissing(index: string, id: string, reason: string): Failure {
  return new Failure('SOURCE_MISSING', reason, {
    op: 'export',
    subject: `document ${JSON.stringify(id)} of index ${JSON.stringify(index)}`,
    hint: 'Choose --sourceless rebuild to put documents together from columns, or reject to leave them out.',
  })
}
