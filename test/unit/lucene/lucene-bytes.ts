import { crc32 } from 'node:zlib'

/** Builds the bytes of Lucene files for tests; every method appends. */
export class LuceneBytes {
  readonly #parts: number[] = []

  u8(...values: readonly number[]): this {
    this.#parts.push(...values.map((value) => value & 0xff))
    return this
  }

  int32(value: number, order: 'big' | 'little' = 'big'): this {
    const view = Buffer.alloc(4)
    if (order === 'big') view.writeInt32BE(value)
    else view.writeInt32LE(value)
    return this.u8(...view)
  }

  int64(value: number | bigint, order: 'big' | 'little' = 'big'): this {
    const view = Buffer.alloc(8)
    if (order === 'big') view.writeBigInt64BE(BigInt(value))
    else view.writeBigInt64LE(BigInt(value))
    return this.u8(...view)
  }

  float32(value: number, order: 'big' | 'little' = 'big'): this {
    const view = Buffer.alloc(4)
    if (order === 'big') view.writeFloatBE(value)
    else view.writeFloatLE(value)
    return this.u8(...view)
  }

  vInt(value: number): this {
    let rest = value >>> 0
    while (rest >= 0x80) {
      this.u8((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    return this.u8(rest)
  }

  string(text: string): this {
    const bytes = Buffer.from(text)
    return this.vInt(bytes.length).u8(...bytes)
  }

  header(codec: string, version: number): this {
    return this.int32(0x3fd76c17).string(codec).int32(version)
  }

  footer(): this {
    this.int32(0xc02893e8 | 0).int32(0)
    return this.int64(crc32(this.bytes()))
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#parts)
  }
}
