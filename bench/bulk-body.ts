import { BulkBody } from '../src/cluster/bulk-body.ts'

/** Bytes a second at which documents become bulk bodies: `npx tsx bench/bulk-body.ts`. */
const docBytes = Number(process.argv[2] ?? 1024)
const chunk = new Uint8Array(1024 * 1024).fill(0x61)
const perChunk = Math.floor(chunk.length / docBytes)
const body = new BulkBody({ maxBytes: 8 * 1024 * 1024, maxDocs: 100_000, op: 'index' })
const rounds = 3000

function run(): { bytes: number; seconds: number; bodies: number } {
  let bytes = 0
  let bodies = 0
  let id = 0
  const start = performance.now()
  for (let round = 0; round < rounds; round++) {
    for (let doc = 0; doc < perChunk; doc++) {
      const target = { index: 'logs-2024.01.15', id: `${id++}` }
      const from = doc * docBytes
      if (!body.add(target, chunk, from, from + docBytes)) {
        bytes += body.byteLength
        bodies++
        body.clear()
        body.add(target, chunk, from, from + docBytes)
      }
    }
  }
  return { bytes, bodies, seconds: (performance.now() - start) / 1000 }
}

run()
const speeds = Array.from({ length: 7 }, run).map(({ bytes, seconds }) => bytes / seconds / 1e6)
speeds.sort((a, b) => a - b)
console.log(
  `${docBytes} B documents: median ${speeds[3]!.toFixed(0)} MB/s (${speeds[0]!.toFixed(0)} to ${speeds[6]!.toFixed(0)})`,
)
