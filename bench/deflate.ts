/**
 * Speed of the DEFLATE decoder and of zlib's on JSON log lines packed as Lucene's `best_compression` packs them: blocks of
 * 48 KB behind a dictionary of 8 KB, and blocks of 60 KB without one. MB of output per second of CPU time, in the order
 * A B B A; medians of all rounds. Run it with: npx tsx bench/deflate.ts
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { deflateWasm } from '../src/codec/deflate-wasm.ts'
import { logLine, numbersBelow } from './log-lines.ts'

const TOTAL = 8_000_000
const ROUNDS = 15

interface Block {
  readonly packed: Uint8Array
  readonly at: number
  readonly length: number
}

function pack(data: Uint8Array, blockLength: number, dictionary: Uint8Array): readonly Block[] {
  const blocks: Block[] = []
  for (let at = 0; at < TOTAL; at += blockLength) {
    const raw = data.subarray(at, at + blockLength)
    const options = { level: 6, ...(dictionary.length > 0 ? { dictionary } : {}) }
    blocks.push({ packed: deflateRawSync(raw, options), at, length: raw.length })
  }
  return blocks
}

/** What every block of the chunk reader did before and does now. */
type Decode = (packed: Uint8Array, output: Uint8Array, dictionary: Uint8Array) => void

const ours = deflateWasm()!
const DECODERS: Readonly<Record<'ours' | 'zlib', Decode>> = {
  ours: (packed, output, dictionary) => {
    if (!ours(packed, output, dictionary)) throw new Error('ours refuses a block')
  },
  zlib: (packed, output, dictionary) => {
    const options = { chunkSize: output.length + 1, maxOutputLength: output.length, info: true }
    const result: unknown = inflateRawSync(packed, { ...options, ...(dictionary.length > 0 ? { dictionary } : {}) })
    output.set((result as { buffer: Uint8Array }).buffer)
  },
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

const below = numbersBelow(1)
const lines: string[] = []
for (let length = 0; length < TOTAL; length += 1024) lines.push(logLine(below, 1024))
const data = Buffer.from(lines.join('\n').slice(0, TOTAL), 'latin1')
const dictionary = data.subarray(0, 8 * 1024)
const sum = crc32(data)

for (const [name, blocks, history] of [
  ['48 KB with a dictionary', pack(data, 48 * 1024, dictionary), dictionary],
  ['60 KB', pack(data, 60 * 1024, data.subarray(0, 0)), data.subarray(0, 0)],
] as const) {
  const output = new Uint8Array(TOTAL)
  const speeds = { ours: [] as number[], zlib: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const which of ['ours', 'zlib', 'zlib', 'ours'] as const) {
      output.fill(0)
      const seconds = cpuSeconds(() => {
        for (const { packed, at, length } of blocks) DECODERS[which](packed, output.subarray(at, at + length), history)
      })
      if (crc32(output) !== sum) throw new Error(`${which} gives other bytes`)
      speeds[which].push(TOTAL / 1e6 / seconds)
    }
  }
  const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
  const [fast, slow] = [median(speeds.ours), median(speeds.zlib)]
  const ratio = (TOTAL / blocks.reduce((total, block) => total + block.packed.length, 0)).toFixed(1)
  console.log(
    `${name}, packed ${ratio} to 1: ours ${fast.toFixed(0)}, zlib ${slow.toFixed(0)} MB/s, ${(fast / slow).toFixed(2)} times`,
  )
}
