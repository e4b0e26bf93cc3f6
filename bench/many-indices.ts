import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { decodeMetadataBlob } from '../src/repository/metadata-blob.ts'
import { metadataBlob } from '../test/unit/repository/memory-store.ts'
import type { Answer } from './recording-proxy.ts'

/** Indices that a real server has made, and how often each is there in the end. */
export const REAL_INDICES = 500
const COPIES = 20

const FOOTER_BYTES = 16
const CHECKSUM_BYTES = 4

/** The part of an index name that tells copy 0, the real index `n`, from its other copies; always as long. */
export function copyOfNumber(n: number, copy: number): string {
  return `n${String(n + copy * REAL_INDICES).padStart(5, '0')}`
}

/** A text about one real index as it is for a copy: its name and its uuids, all as long as before. */
function copied(text: string, n: number, copy: number, uuids: readonly string[]): string {
  let changed = text.replaceAll(copyOfNumber(n, 0), copyOfNumber(n, copy))
  for (const uuid of uuids) changed = changed.replaceAll(uuid, copyOfUuid(uuid, copy))
  return changed
}

function copyOfUuid(uuid: string, copy: number): string {
  return copy === 0 ? uuid : `${uuid.slice(0, -2)}${String(copy).padStart(2, '0')}`
}

function numberOf(name: string): number {
  return Number(/n(\d{5})$/.exec(name)![1])
}

/** Answers about {@link REAL_INDICES} as answers about all copies. */
export function manyAnswers(answers: ReadonlyMap<string, Answer>): Map<string, Answer> {
  const many = new Map<string, Answer>()
  for (const [request, answer] of answers) {
    const path = /^GET (\/[^?]*)/.exec(request)?.[1]
    if (path === '/_cat/indices') many.set(request, { ...answer, body: manyLines(answer.body) })
    else if (path === '/_all') many.set(request, { ...answer, body: manyDefinitions(answer.body) })
    else if (path === '/_alias') many.set(request, { ...answer, body: manyAliases(answer.body) })
    else many.set(request, answer)
  }
  return many
}

function manyLines(body: string): string {
  const lines = JSON.parse(body) as { readonly index: string; readonly uuid: string }[]
  const copies = lines.flatMap((line) => {
    const text = JSON.stringify(line)
    return Array.from({ length: COPIES }, (_, copy) => copied(text, numberOf(line.index), copy, [line.uuid]))
  })
  return `[${copies.join(',')}]`
}

function manyDefinitions(body: string): string {
  const indices = JSON.parse(body) as Record<
    string,
    { readonly settings: { readonly index: { readonly uuid: string } } }
  >
  const copies = Object.entries(indices).flatMap(([name, definition]) => {
    const text = `${JSON.stringify(name)}:${JSON.stringify(definition)}`
    const uuids = [definition.settings.index.uuid]
    return Array.from({ length: COPIES }, (_, copy) => copied(text, numberOf(name), copy, uuids))
  })
  return `{${copies.join(',')}}`
}

/** Other names in it, as of the system, are left out. */
function manyAliases(body: string): string {
  const copies = Object.entries(JSON.parse(body) as Record<string, unknown>).flatMap(([name, aliases]) =>
    /n\d{5}$/.test(name)
      ? Array.from(
          { length: COPIES },
          (_, copy) => `${JSON.stringify(copied(name, numberOf(name), copy, []))}:${JSON.stringify(aliases)}`,
        )
      : [],
  )
  return `{${copies.join(',')}}`
}

interface Root {
  readonly snapshots: readonly { readonly uuid: string; readonly index_metadata_lookup: Record<string, string> }[]
  readonly indices: Record<string, { readonly id: string }>
  readonly index_metadata_identifiers: Record<string, string>
}

/**
 * Writes the metadata of a repository with one snapshot of {@link REAL_INDICES} as that of a repository with all copies. The
 * metadata of an index is copied byte for byte but for names, uuids and checksum; shards have no files, which a plan of so many
 * does not look into.
 */
export async function manyIndices(from: string, to: string): Promise<void> {
  mkdirSync(to)
  for (const file of readdirSync(from))
    if (/^(index\.latest|meta-)/.test(file)) copyFileSync(join(from, file), join(to, file))
  const rootFile = readdirSync(from).find((name) => /^index-\d+$/.test(name))!
  const root = JSON.parse(readFileSync(join(from, rootFile), 'utf8')) as Root
  const snapshot = root.snapshots[0]!
  const [indices, lookup, identifiers]: [Root['indices'], Record<string, string>, Record<string, string>] = [{}, {}, {}]
  for (const [name, entry] of Object.entries(root.indices)) {
    const identifier = snapshot.index_metadata_lookup[entry.id]!
    const blob = root.index_metadata_identifiers[identifier]!
    // An identifier begins with the uuid that the index has in the cluster.
    const uuids = [entry.id, identifier.slice(0, 22)]
    const bytes = readFileSync(join(from, 'indices', entry.id, `meta-${blob}.dat`)).toString('latin1')
    for (let copy = 0; copy < COPIES; copy++) {
      const rename = (text: string): string => copied(text, numberOf(name), copy, uuids)
      const id = copyOfUuid(entry.id, copy)
      indices[rename(name)] = { ...entry, id }
      lookup[id] = rename(identifier)
      identifiers[rename(identifier)] = blob
      mkdirSync(join(to, 'indices', id), { recursive: true })
      writeFileSync(join(to, 'indices', id, `meta-${blob}.dat`), withChecksum(Buffer.from(rename(bytes), 'latin1')))
    }
  }
  const snapshots = [{ ...snapshot, index_metadata_lookup: lookup }]
  const many = { ...root, snapshots, indices, index_metadata_identifiers: identifiers }
  writeFileSync(join(to, rootFile), JSON.stringify(many))
  await writeSnapshot(from, to, `snap-${snapshot.uuid}.dat`, Object.keys(indices))
}

/** The snapshot's own blob with all names; as JSON, which servers write here only on request, where they write SMILE. */
async function writeSnapshot(from: string, to: string, file: string, indices: readonly string[]): Promise<void> {
  const blob = (await decodeMetadataBlob(readFileSync(join(from, file)), file, 'snapshot')) as { snapshot: object }
  const counts = { total_shards: indices.length, successful_shards: indices.length }
  writeFileSync(join(to, file), metadataBlob('snapshot', { snapshot: { ...blob.snapshot, indices, ...counts } }))
}

/** The footer's checksum made to fit again; it is over all bytes before it. */
function withChecksum(bytes: Buffer): Buffer {
  const end = bytes.length - CHECKSUM_BYTES
  bytes.writeUInt32BE(crc32(bytes.subarray(0, bytes.length - FOOTER_BYTES / 2)), end)
  return bytes
}
