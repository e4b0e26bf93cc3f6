import { stringifyJson } from '../../codec/json-exact.ts'
import type { JsonObject, JsonValue } from '../../codec/json-value.ts'
import { mapBounded } from '../../core/concurrency.ts'
import { isFailure } from '../../core/failure.ts'
import { fitText } from '../../core/fit-text.ts'
import { formatBytes, formatCount } from '../../core/units.ts'
import { renderTable } from '../../report/table.ts'
import { selectIndices } from '../../repository/select-indices.ts'
import type { Snapshot } from '../../repository/snapshot.ts'
import { countDocuments, hasNestedObjects } from '../../source/count-documents.ts'
import { describeKeeping, lostFields } from '../../source/rebuild/describe-keeping.ts'
import type { FieldReport } from '../../source/rebuild/rebuilder.ts'
import { sourceKeeping, type SourceKind } from '../../source/rebuild/source-kind.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { widthOf } from '../width.ts'
import { openFromOptions } from './open.ts'

/** Shards that are looked into at once. */
const SHARDS_AT_ONCE = 8

interface ShardView {
  readonly shard: number
  /** Live documents; null when the shard is missing from an incomplete snapshot. */
  readonly documents: number | null
  readonly bytes: number | null
  readonly missing?: string
}

interface IndexView {
  readonly name: string
  readonly shards: readonly ShardView[]
  readonly sources: {
    /** How the index keeps the sources of its documents. */
    readonly kept: SourceKind
    readonly withoutVectors: boolean
    /** Fields that no rebuilt document could have. */
    readonly lost: { readonly field: string; readonly reason: string }[]
    /** What the fields that are rebuilt, or put back, are worth, as far as the mapping tells. */
    readonly fields: { readonly field: string; readonly level: FieldReport['level']; readonly reasons: string[] }[]
  }
  readonly metadata: JsonObject
}

/** `workflow snapshot show`: the indices of a snapshot with shards, live documents and bytes; on request their metadata. */
export const run: CommandRun = async (world, input) => {
  const { repository } = await openFromOptions(world, input)
  const snapshot = await repository.snapshot(input.text('snapshot') ?? 'latest', world.signal)
  const patterns = input.list('index')
  const names = patterns.length === 0 ? snapshot.indexNames : selectIndices(snapshot, patterns).names
  const indices: IndexView[] = []
  for (const name of names) {
    const metadata = await snapshot.index(name, world.signal)
    const hasNested = metadata.mappings.some(({ mapping }) => hasNestedObjects(mapping))
    const numbers = Array.from({ length: metadata.numberOfShards }, (_, shard) => shard)
    const shards = await mapBounded(
      numbers,
      SHARDS_AT_ONCE,
      (shard) => viewShard(snapshot, name, shard, hasNested, world.signal),
      world.signal,
    )
    const { kind, withoutVectors } = sourceKeeping(metadata)
    const sources = { kept: kind, withoutVectors, lost: [...lostFields(metadata)], fields: fieldsOf(metadata) }
    indices.push({ name, shards, sources, metadata: { mappings: metadataJson(metadata) } })
  }

  if (input.text('output') === 'json') {
    const rows = indices.map(({ name, shards, sources, metadata }) => ({
      name,
      sources,
      documents: sum(shards, 'documents'),
      bytes: sum(shards, 'bytes'),
      shards: shards.map((shard) => ({ ...shard })),
      ...(input.flag('mappings') ? { metadata: metadata['mappings']! } : {}),
    }))
    await world.stdout.write(`${stringifyJson({ schemaVersion: 1, ...headOf(snapshot), indices: rows })}\n`)
    return EXIT.done
  }
  const width = widthOf(world.stdout)
  const show = (text: string): Promise<void> => world.stdout.write(fitText(text, width))
  const head = headOf(snapshot)
  await show(
    `Snapshot: ${head.name}\n  State: ${head.state}\n  Written by: ${head.distribution} ${head.version ?? 'of an unknown version'}\n\n`,
  )
  const columns = [
    { title: 'INDEX' },
    ...['SHARDS', 'DOCUMENTS', 'BYTES'].map((title) => ({ title, align: 'right' as const })),
    { title: 'SOURCES' },
  ]
  const rows = indices.map(({ name, shards, sources }) => [
    name,
    formatCount(shards.length),
    formatCount(sum(shards, 'documents')),
    formatBytes(sum(shards, 'bytes')),
    sources.withoutVectors ? `${sources.kept} without vectors` : sources.kept,
  ])
  await world.stdout.write(renderTable(columns, rows, width))
  for (const { name, shards } of indices) {
    for (const { shard, missing } of shards) {
      if (missing !== undefined) await show(`Missing: ${name} shard ${shard}: ${missing}\n`)
    }
  }
  for (const { name, sources } of indices) {
    for (const line of sourceLines(name, sources.fields)) await show(`${line}\n`)
  }
  if (input.flag('mappings')) {
    for (const { name, metadata } of indices) {
      await world.stdout.write(`\n${name}\n${stringifyJson(metadata['mappings']!)}\n`)
    }
  }
  return EXIT.done
}

function fieldsOf(metadata: Parameters<typeof describeKeeping>[0]): IndexView['sources']['fields'] {
  return describeKeeping(metadata).map(({ field, level, reasons }) => ({ field, level, reasons: [...reasons] }))
}

/** What rebuilt documents of an index have: exact fields in one line, each other one in its own. */
function sourceLines(index: string, fields: IndexView['sources']['fields']): string[] {
  const exact = fields.filter(({ level }) => level === 'exact').map(({ field }) => field)
  const head =
    exact.length === 0 ? [] : [`Exact: ${index} ${exact.length === 1 ? 'field' : 'fields'} ${exact.join(', ')}`]
  const lines = (level: FieldReport['level'], title: string): string[] =>
    fields
      .filter((field) => field.level === level)
      .map(({ field, reasons }) => `${title}: ${index} field ${field}: ${reasons.join('; ')}`)
  return [...head, ...lines('approximated', 'Approximated'), ...lines('missing', 'Lost')]
}

async function viewShard(
  snapshot: Snapshot,
  index: string,
  shard: number,
  hasNested: boolean,
  signal: AbortSignal,
): Promise<ShardView> {
  try {
    const { directory, totalBytes } = await snapshot.shard(index, shard, signal)
    return { shard, documents: await countDocuments(directory, hasNested, signal), bytes: totalBytes }
  } catch (error) {
    if (!isFailure(error, 'SNAPSHOT_INCOMPLETE')) throw error
    return { shard, documents: null, bytes: null, missing: error.detail }
  }
}

function headOf(snapshot: Snapshot): {
  name: string
  uuid: string
  state: string
  distribution: string
  version: string | null
} {
  const { name, uuid, state, distribution, version } = snapshot
  return { name, uuid, state, distribution, version: version ?? null }
}

function metadataJson(metadata: Awaited<ReturnType<Snapshot['index']>>): JsonObject {
  const settings: Record<string, JsonValue> = {}
  for (const [key, value] of metadata.settings) settings[key] = typeof value === 'string' ? value : [...value]
  const mappings: Record<string, JsonValue> = {}
  for (const { type, mapping } of metadata.mappings) mappings[type] = mapping
  return { settings, mappings, aliases: Object.fromEntries(metadata.aliases) }
}

function sum(shards: readonly ShardView[], key: 'documents' | 'bytes'): number {
  return shards.reduce((total, shard) => total + (shard[key] ?? 0), 0)
}
