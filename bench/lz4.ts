/**
 * Speed of the LZ4 decoders on generated JSON log lines, in MB of output per second; median and best of 15 rounds.
 * Run it with: npx tsx bench/lz4.ts
 */
import { compress } from 'lz4-wasm-nodejs'
import { lz4DecodePlain } from '../src/codec/lz4-plain.ts'
import { lz4Decode } from '../src/codec/lz4.ts'
import { crc32 } from 'node:zlib'

const TOTAL = 8_000_000
const ROUNDS = 15

function logLines(length: number): Uint8Array {
  let state = 1
  const below = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % limit
  }
  const words = Array.from({ length: 400 }, () => below(2 ** 24).toString(36) + below(2 ** 16).toString(36))
  const word = (): string => words[below(words.length)]!
  let text = ''
  while (text.length < length) {
    text += JSON.stringify({
      '@timestamp': `2026-01-03T14:${String(below(60)).padStart(2, '0')}:${String(below(60)).padStart(2, '0')}.${below(1000)}Z`,
      clientip: `10.${below(4)}.${below(256)}.${below(256)}`,
      request: `GET /${word()}/${word()} HTTP/1.1`,
      status: [200, 200, 200, 404, 500][below(5)],
      bytes: below(100_000),
      host: { name: `web-${below(9)}.example.com`, os: { family: 'debian', kernel: '5.10.0-21-amd64' } },
      message: Array.from({ length: 3 + below(9) }, word).join(' '),
    })
  }
  return Buffer.from(text.slice(0, length), 'latin1')
}

const data = logLines(TOTAL)
for (const blockLength of [8 * 1024, 16 * 1024, 60 * 1024]) {
  const blocks: { packed: Uint8Array; length: number }[] = []
  for (let at = 0; at < TOTAL; at += blockLength) {
    const raw = data.subarray(at, at + blockLength)
    blocks.push({ packed: compress(raw).subarray(4), length: raw.length })
  }
  const packedBytes = blocks.reduce((sum, block) => sum + block.packed.length, 0)
  const output = new Uint8Array(TOTAL)
  for (const [name, decode] of Object.entries({ plain: lz4DecodePlain, chosen: lz4Decode })) {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      output.fill(0)
      const start = performance.now()
      let at = 0
      for (const { packed, length } of blocks) {
        decode(packed, 0, packed.length, output, at, at + length, at, 'bench')
        at += length
      }
      times.push(performance.now() - start)
      if (crc32(output) !== crc32(data)) throw new Error(`${name} gives other bytes`)
    }
    times.sort((left, right) => left - right)
    const speed = (ms: number): string => (TOTAL / 1000 / ms).toFixed(0).padStart(5)
    const ratio = (TOTAL / packedBytes).toFixed(1)
    const cells = [`${blockLength} bytes, ratio ${ratio}`, name.padEnd(6), speed(times[ROUNDS >> 1]!), speed(times[0]!)]
    console.log(cells.join('  '))
  }
}
