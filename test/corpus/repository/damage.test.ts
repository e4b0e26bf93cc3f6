import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { locationIn } from '../../../src/blob/location.ts'
import { isFailure } from '../../../src/core/failure.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { fixtureRepositories, noFixtures } from './fixtures.ts'
import { memoryStore } from '../../unit/repository/memory-store.ts'
import { smallRepository } from '../../unit/repository/small-repository.ts'

const signal = new AbortController().signal
const ALLOWED = [
  'BLOB_CORRUPT',
  'BLOB_NOT_FOUND',
  'FORMAT_UNSUPPORTED',
  // A root with another list of snapshots or indices still reads, but what the test asks for is no longer in it.
  'SNAPSHOT_NOT_FOUND',
  'SNAPSHOT_INCOMPLETE',
  'INDEX_NOT_FOUND',
  'REPOSITORY_NOT_FOUND',
] as const

/** A repository, and which snapshot and index the test reads. */
interface Case {
  readonly id: string
  readonly blobs: Map<string, Uint8Array>
  readonly snapshot: string
  readonly index: string
}

/** Everything that a reader asks of one snapshot and one index, as text to compare. */
async function readAll(blobs: Map<string, Uint8Array>, { snapshot: name, index }: Case): Promise<string> {
  const repository = await openRepository(locationIn(memoryStore(blobs), ''), signal)
  const snapshot = await repository.snapshot(name, signal)
  const metadata = await snapshot.index(index, signal)
  const shard = await snapshot.shard(index, 0, signal)
  const global = await snapshot.globalMetadata(signal)
  return JSON.stringify(
    [
      snapshot,
      [...metadata.settings],
      metadata,
      shard,
      [...shard.directory.files],
      global,
      [...global.legacyTemplates],
      [...global.dataStreams],
    ],
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  )
}

function metadataOf(folder: string): Map<string, Uint8Array> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('__'))
      .map((entry) => {
        const path = `${entry.parentPath}/${entry.name}`
        return [path.slice(folder.length + 1), new Uint8Array(readFileSync(path))]
      }),
  )
}

function cases(): Case[] {
  const wanted = [
    'es-1.7.6/repo',
    'es-2.4.6/repo',
    'es-6.8.23/repo',
    'es-7.10.2/repo',
    'es-8.19.0/repo',
    'os-3.8.0/repo-hashed',
  ]
  const real = fixtureRepositories()
    .filter(({ id }) => wanted.includes(id))
    .map(({ id, folder, snapshots }) => {
      const snapshot = Object.keys(snapshots)[0]!
      return { id, blobs: metadataOf(folder), snapshot, index: 'routed' in snapshots[snapshot]! ? 'routed' : 'plain' }
    })
  return [{ id: 'small', blobs: smallRepository(), snapshot: 'nightly', index: 'logs' }, ...real]
}

/** Numbers in [0, 1) that are the same in every run. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Blobs whose damage a checksum or a missing root must reveal, and those of plain JSON, where other text may be as legal. */
const isChecked = (blob: Uint8Array): boolean => blob[0] === 0x3f

describe(`damaged metadata (real repositories: ${noFixtures ?? 'found'})`, () => {
  it.each(cases())('of $id is told, never misread or a program fault', async (repository) => {
    const right = await readAll(repository.blobs, repository)
    const random = sequence(7)
    const read = new Set<string>()
    const recording = new Map(repository.blobs)
    const get = recording.get.bind(recording)
    recording.get = (key) => {
      read.add(key)
      return get(key)
    }
    await readAll(recording, repository)
    const keys = [...read].filter((key) => repository.blobs.has(key))
    expect(keys.length).toBeGreaterThanOrEqual(5)
    let told = 0
    for (const key of keys) {
      const original = repository.blobs.get(key)!
      const damaged = [undefined, new Uint8Array(0), ...cuts(original, random, 3), ...flips(original, random, 6)]
      for (const bytes of damaged) {
        const blobs = new Map(repository.blobs)
        if (bytes === undefined) blobs.delete(key)
        else blobs.set(key, bytes)
        const outcome: unknown = await readAll(blobs, repository).catch((error: unknown) => error)
        const what = `${key} ${bytes === undefined ? 'missing' : `${bytes.length} bytes`}`
        if (typeof outcome === 'string') {
          if (bytes !== undefined && isChecked(original)) expect(outcome, what).toBe(right)
        } else {
          expect(isFailure(outcome, ...ALLOWED), `${what}: ${String(outcome)}`).toBe(true)
          told++
        }
      }
    }
    expect(told).toBeGreaterThan(keys.length * 4)
  })
})

function cuts(original: Uint8Array, random: () => number, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => original.slice(0, Math.floor(random() * original.length)))
}

function flips(original: Uint8Array, random: () => number, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const bytes = original.slice()
    const at = Math.floor(random() * bytes.length)
    bytes[at] = bytes[at]! ^ (1 << Math.floor(random() * 8))
    return bytes
  })
}
