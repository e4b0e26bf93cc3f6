import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BulkBody, type BulkOp } from '../../../src/cluster/bulk-body.ts'
import { openBulkLoader, type BulkLoaderOptions } from '../../../src/cluster/bulk-loader.ts'
import { acknowledged, type BulkOutcome } from '../../../src/cluster/bulk-outcome.ts'
import type { Cluster } from '../../../src/cluster/cluster.ts'
import { AdaptiveLimit } from '../../../src/cluster/concurrency.ts'
import { quirksOf } from '../../../src/cluster/quirks.ts'
import { parseVersion } from '../../../src/cluster/version.ts'
import { openHttp } from '../../../src/http/open-http.ts'
import { startScriptedServer, type Reply, type ScriptedServer, type SeenRequest } from '../http/scripted-server.ts'
import { calm, fixedRandom, NEVER_MS, stepClock, type StepClock } from '../http/test-world.ts'
import { bulkReply, parseBulk, type BulkLine, type ItemReply } from './fake-target.ts'

let opened: { close(): Promise<void> }[] = []
let clock: StepClock
let limit: AdaptiveLimit

beforeEach(() => {
  clock = stepClock()
  limit = new AdaptiveLimit({ max: 8, initial: 4 }, clock)
})
afterEach(async () => {
  for (const each of opened.reverse()) await each.close()
  opened = []
})

const created: ItemReply = { status: 201 }
const rejected: ItemReply = { status: 429, error: { type: 'rejected_execution_exception', reason: 'queue is full' } }
const mapping: ItemReply = { status: 400, error: { type: 'mapper_parsing_exception', reason: 'failed to parse [n]' } }
const block = { type: 'cluster_block_exception', reason: 'index [i] blocked by: [FORBIDDEN/8/index write (api)];' }

function bodyOf(docs: number, op: BulkOp = 'index'): BulkBody {
  const body = new BulkBody({ maxBytes: 1_000_000, maxDocs: 10_000, op })
  for (let id = 0; id < docs; id++) {
    const source = Buffer.from(JSON.stringify({ n: id }))
    body.add({ index: 'i', id: `${id}`, routing: `r${id}` }, source, 0, source.length)
  }
  return body
}

interface Run {
  readonly server: ScriptedServer
  readonly load: (body: BulkBody, signal?: AbortSignal) => Promise<BulkOutcome>
}

async function target(
  script: (request: SeenRequest, count: number) => Reply,
  options: BulkLoaderOptions = {},
): Promise<Run> {
  const server = await startScriptedServer(script)
  const http = await openHttp({ endpoint: server.url, auth: { kind: 'none' } }, clock, fixedRandom())
  opened.push(server, http)
  const info = {
    distribution: 'opensearch',
    version: parseVersion('2.19.4')!,
    clusterName: 'c',
    clusterUuid: 'u',
    lucene: undefined,
    compatibilityMode: false,
  } as const
  const cluster: Cluster = { http, info, quirks: quirksOf(info, http.endpoint) }
  const loader = openBulkLoader(cluster, limit, { requestDeadlineMs: NEVER_MS, ...options }, clock, fixedRandom())
  return { server, load: (body, signal = calm) => loader.load(body, signal) }
}

function items(decide: (line: BulkLine, count: number) => ItemReply) {
  return (request: SeenRequest, count: number): Reply => bulkReply(request, (line) => decide(line, count))
}

function sentIds(server: ScriptedServer): string[][] {
  return server.seen.map((request) => parseBulk(request.body).map((line) => line.id))
}

describe('a body', () => {
  test('that is taken whole is acknowledged document by document', async () => {
    const { server, load } = await target(items((line) => ({ status: line.id === '0' ? 200 : 201 })))
    const outcome = await load(bodyOf(3))
    expect(outcome).toMatchObject({ documents: 3, created: 2, updated: 1, existing: 0, rejects: [], requests: 1 })
    expect(outcome.bytes).toBe(server.seen[0]!.body.length)
    expect(server.seen[0]!.url).toBe('/_bulk?filter_path=took%2Cerrors%2Citems.*.status%2Citems.*.error')
    expect(server.seen[0]!.headers['content-type']).toBe('application/x-ndjson')
  })

  test('without documents is not sent', async () => {
    const { server, load } = await target(items(() => created))
    expect(await load(bodyOf(0))).toMatchObject({ documents: 0, requests: 0 })
    expect(server.seen).toHaveLength(0)
  })

  test('may travel compressed', async () => {
    const script = (request: SeenRequest): Reply =>
      bulkReply({ ...request, body: gunzipSync(request.body) }, () => created)
    const { server, load } = await target(script, { compression: 'gzip' })
    expect(await load(bodyOf(10))).toMatchObject({ created: 10 })
    expect(server.seen[0]!.headers['content-encoding']).toBe('gzip')
  })

  test('whose answer accounts for fewer documents is a failure', async () => {
    const { load } = await target(() => ({
      status: 200,
      body: { took: 1, errors: false, items: [{ index: { status: 201 } }] },
    }))
    await expect(load(bodyOf(2))).rejects.toMatchObject({
      code: 'CLUSTER_NOT_ONE',
      detail: 'accounts for 1 of 2 documents',
    })
  })
})

describe('documents', () => {
  test('refused for good become rejects with reason, class and their bytes', async () => {
    const { server, load } = await target(items((line) => (line.id === '1' ? mapping : created)))
    const outcome = await load(bodyOf(3))
    expect(outcome).toMatchObject({ created: 2, requests: 1 })
    expect(outcome.rejects).toEqual([
      {
        index: 'i',
        id: '1',
        routing: 'r1',
        status: 400,
        errorType: 'mapper_parsing_exception',
        reason: 'failed to parse [n]',
        class: 'mapping',
        source: Uint8Array.from(Buffer.from('{"n":1}')),
      },
    ])
    expect(server.seen).toHaveLength(1)
  })

  test('refused as overload are sent again alone', async () => {
    const { server, load } = await target(
      items((line, count) => (count < 3 && Number(line.id) % 2 === 1 ? rejected : created)),
    )
    const outcome = await load(bodyOf(5))
    expect(sentIds(server)).toEqual([
      ['0', '1', '2', '3', '4'],
      ['1', '3'],
      ['1', '3'],
    ])
    expect(outcome).toMatchObject({ documents: 5, created: 5, throttled: 2, retriedDocuments: 2, retriedBodies: 1 })
  })

  test('that exist already are left and counted by create', async () => {
    const error = { type: 'version_conflict_engine_exception', reason: 'document already exists' }
    const { load } = await target(items((line) => (line.id === '0' ? { status: 409, error } : created)))
    const outcome = await load(bodyOf(2, 'create'))
    expect(outcome).toMatchObject({ created: 1, existing: 1, rejects: [] })
    expect(acknowledged(outcome)).toBe(2)
  })

  test('that make the server fail again and again are rejected, the others are not', async () => {
    const error = { type: 'null_pointer_exception', reason: 'oops' }
    const { server, load } = await target(items((line) => (line.id === '2' ? { status: 500, error } : created)))
    const outcome = await load(bodyOf(3))
    expect(outcome.created).toBe(2)
    expect(outcome.rejects).toMatchObject([{ id: '2', class: 'server', status: 500 }])
    expect(sentIds(server)).toEqual([['0', '1', '2'], ['2'], ['2']])
  })

  test('are accounted for whatever mixture of answers comes', async () => {
    const replies = [created, mapping, rejected, { status: 200 }, { status: 503, error: rejected.error! }]
    const { load } = await target(
      items((line, count) => (count > 4 ? created : replies[(Number(line.id) * 7 + count) % 5]!)),
    )
    const outcome = await load(bodyOf(200))
    expect(outcome.created + outcome.updated + outcome.existing + outcome.rejects.length).toBe(200)
    expect(new Set(outcome.rejects.map((reject) => reject.id)).size).toBe(outcome.rejects.length)
    expect(outcome.rejects.length).toBeGreaterThan(0)
  })
})

describe('a refusal of the whole body', () => {
  test('429 waits as long as Retry-After says and lowers concurrency', async () => {
    const { load } = await target((request, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '3' } } : bulkReply(request, () => created),
    )
    expect(await load(bodyOf(2))).toMatchObject({ created: 2, throttled: 1, retriedBodies: 1, waitedMs: 3250 })
    expect(clock.waits).toEqual([3250])
    expect(limit.limit).toBe(2)
  })

  test('503, 502 and a cut connection are passed with growing waits', async () => {
    const { load } = await target((request, count) => {
      if (count === 1) return { status: 503, body: 'OpenSearch Security not initialized.' }
      if (count === 2) return 'cut'
      if (count === 3) return { status: 502 }
      return bulkReply(request, () => created)
    })
    expect(await load(bodyOf(4))).toMatchObject({ created: 4, retriedBodies: 3, requests: 4 })
    expect(clock.waits).toEqual([250, 500, 1000])
  })

  test('413 splits until it fits, and later bodies are split before they are sent', async () => {
    const { server, load } = await target((request) =>
      request.body.length > 300 ? { status: 413 } : bulkReply(request, () => created),
    )
    expect(await load(bodyOf(16))).toMatchObject({ documents: 16, created: 16 })
    expect(sentIds(server).at(-1)!.at(-1)).toBe('15')
    const before = server.seen.length
    await load(bodyOf(16))
    expect(server.seen.slice(before).every((request) => request.body.length <= 300)).toBe(true)
  })

  test('413 for a single document is a reject', async () => {
    const { load } = await target((request) =>
      request.body.includes('"_id":"3"') ? { status: 413 } : bulkReply(request, () => created),
    )
    const outcome = await load(bodyOf(5))
    expect(outcome.created).toBe(4)
    expect(outcome.rejects).toMatchObject([{ id: '3', status: 413, class: 'too-large' }])
  })

  test('400 because of one document finds that document', async () => {
    const error = {
      type: 'action_request_validation_exception',
      reason: 'Validation Failed: 1: id [x] is too long, must be no longer than 512 bytes but was: 513;',
    }
    const { server, load } = await target((request) =>
      request.body.includes('"_id":"37"') ? { status: 400, body: { error } } : bulkReply(request, () => created),
    )
    const outcome = await load(bodyOf(64))
    expect(outcome.created).toBe(63)
    expect(outcome.rejects).toMatchObject([{ id: '37', class: 'id', reason: error.reason }])
    expect(server.seen.length).toBeLessThan(16)
  })

  test('400 about the form of the action lines stops at once', async () => {
    const error = {
      type: 'illegal_argument_exception',
      reason: 'Action/metadata line [1] contains an unknown parameter [_type]',
    }
    const { server, load } = await target(() => ({ status: 400, body: { error } }))
    await expect(load(bodyOf(64))).rejects.toMatchObject({ code: 'CLUSTER_REFUSED' })
    expect(server.seen).toHaveLength(1)
  })
})

describe('a target that takes nothing', () => {
  test('is CLUSTER_THROTTLED when patience is used up', async () => {
    const { load } = await target(() => ({ status: 429 }), { patienceMs: 60_000 })
    await expect(load(bodyOf(1))).rejects.toMatchObject({ code: 'CLUSTER_THROTTLED', retryable: true })
    expect(clock.waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(60_000)
    expect(limit.limit).toBe(1)
    expect(limit.inFlight).toBe(0)
  })

  test('is CLUSTER_UNREACHABLE when the connection breaks for too long', async () => {
    const { load } = await target(() => 'cut', { patienceMs: 60_000 })
    await expect(load(bodyOf(1))).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE', retryable: true })
  })

  test('because of a block is waited for, with the reason, until the block is lifted', async () => {
    const reasons: string[] = []
    const { load } = await target(
      items((_, count) => (count < 4 ? { status: 403, error: block } : created)),
      { onWait: (reason) => reasons.push(reason) },
    )
    expect(await load(bodyOf(2))).toMatchObject({ created: 2, rejects: [] })
    expect(reasons).toEqual([block.reason, block.reason, block.reason])
    expect(limit.limit).toBeGreaterThanOrEqual(4)
  })

  test('because of a block fails with the reason when nobody lifts it', async () => {
    const { load } = await target(() => ({ status: 429, body: { error: block } }), { blockedPatienceMs: 120_000 })
    const failure = await load(bodyOf(2)).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CLUSTER_REFUSED', retryable: false })
    expect(String(failure)).toContain('blocked for 2m 00s: status 429, cluster_block_exception: index [i] blocked by')
  })

  test.each([
    ['index_not_found_exception', 404, 'CLUSTER_REFUSED'],
    ['index_closed_exception', 400, 'CLUSTER_REFUSED'],
    ['security_exception', 403, 'CLUSTER_DENIED'],
  ])('because of %s stops the load instead of rejecting documents', async (type, status, code) => {
    const { server, load } = await target(items(() => ({ status, error: { type, reason: 'why' } })))
    await expect(load(bodyOf(2))).rejects.toMatchObject({ code })
    expect(server.seen).toHaveLength(1)
  })

  test('stops at an abort and gives its slot back', async () => {
    const controller = new AbortController()
    const { load } = await target(() => {
      controller.abort()
      return { status: 429 }
    })
    await expect(load(bodyOf(1), controller.signal)).rejects.toMatchObject({ code: 'ABORTED' })
    expect(limit.inFlight).toBe(0)
  })
})
