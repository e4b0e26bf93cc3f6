import type { ByteCursor } from '../../core/byte-cursor.ts'
import { unpack, zigZag } from './tsdb-block.ts'

const STAGES = { 1: 'delta', 2: 'offset', 3: 'gcd', 4: 'split delta', 5: 'decimal' } as const
const BIT_PACKED = 0xa1
const DATA_TYPES = 3
const MAX_STAGES = 16
const STAGES_A_BYTE = 8
/** Largest exponent of a number that is kept as a decimal. */
const MAX_EXPONENT = 18
const INT64_MAX = 0x7fffffffffffffffn
const view = new DataView(new ArrayBuffer(8))

/** Something that was done to the numbers of a block before they were packed. */
export type NumberStage = (typeof STAGES)[keyof typeof STAGES]

/**
 * Reads what is done to the numbers of a column, in the order in which it is done. `FORMAT_UNSUPPORTED` for a stage that is not
 * known, and blocks of another size than those of the file.
 *
 * ```
 * vint version 1, vint count, u8 block shift, u8 data type, u8 stage × count; the last stage packs
 * ```
 *
 * Source: Elasticsearch `FieldDescriptor`, `PipelineDescriptor`, `StageId` of the ES95 doc values.
 */
export function readNumberStages(cursor: ByteCursor, blockShift: number): readonly NumberStage[] {
  const version = cursor.vInt()
  if (version !== 1) throw cursor.unsupported(`numbers described in version ${version}`)
  const count = cursor.vCount('number of stages', MAX_STAGES)
  const shift = cursor.uint8()
  if (shift !== blockShift) throw cursor.unsupported(`blocks of 2^${shift} values in a file of 2^${blockShift}`)
  const dataType = cursor.uint8()
  if (dataType >= DATA_TYPES) throw cursor.unsupported(`numbers of kind ${dataType}`)
  const ids = [...cursor.take(count)]
  const packing = ids.pop()
  if (packing !== BIT_PACKED) throw cursor.unsupported(`numbers packed in way ${packing ?? 'none'}`)
  return ids.map((id) => {
    const stage = STAGES[id as keyof typeof STAGES] as NumberStage | undefined
    if (stage === undefined) throw cursor.unsupported(`stage ${id} of numbers`)
    return stage
  })
}

/**
 * Decodes one block of numbers at the cursor into `output`, which has room for a whole one, and leaves the cursor behind it.
 * `count` is how many of them there are.
 *
 * ```
 * bits of the stages that were applied (u8 for up to 8, packing included, else i16), vint bits a value, packed values, then
 * what each stage needs, last stage first · gcd: vlong - 2 · offset: zig-zag · delta: zig-zag before the first
 * split delta: vint count, first places of the runs behind the first, zig-zag before each run
 * decimal: u8 e, u8 f, vint exceptions: value × 10^f × 10^-e as a sortable double, then the exceptions: vint place, i64
 * ```
 *
 * Source: Elasticsearch `BlockFormat`, `NumericDecodePipeline` and its stages.
 */
export function readStagedBlock(
  cursor: ByteCursor,
  stages: readonly NumberStage[],
  count: number,
  output: BigInt64Array,
): void {
  const at = cursor.offset
  const applied = stages.length < STAGES_A_BYTE ? cursor.uint8() : cursor.uint16()
  if (((applied >> stages.length) & 1) !== 1) throw cursor.corrupt('numbers that are not packed', at)
  unpack(cursor, cursor.vInt(), output)
  for (let stage = stages.length - 1; stage >= 0; stage--) {
    if (((applied >> stage) & 1) === 1) undo(stages[stage]!, cursor, count, output)
  }
}

function undo(stage: NumberStage, cursor: ByteCursor, count: number, output: BigInt64Array): void {
  switch (stage) {
    case 'gcd': {
      const gcd = cursor.vLong() + 2n
      for (let index = 0; index < count; index++) output[index] = output[index]! * gcd
      return
    }
    case 'offset': {
      const offset = zigZag(cursor)
      for (let index = 0; index < count; index++) output[index]! += offset
      return
    }
    case 'delta':
      sumUp(output, 0, count, zigZag(cursor))
      return
    case 'split delta': {
      undoSplitDelta(cursor, count, output)
      return
    }
    case 'decimal': {
      undoDecimal(cursor, count, output)
      return
    }
  }
}

function undoSplitDelta(cursor: ByteCursor, count: number, output: BigInt64Array): void {
  const splits = Array.from({ length: cursor.vCount('number of splits', count) }, () =>
    cursor.vCount('place of a split', count),
  )
  let from = 0
  for (const to of [...splits, count]) {
    if (to < from) throw cursor.corrupt(`split at ${to} after ${from}`)
    sumUp(output, from, to, zigZag(cursor))
    from = to
  }
}

function sumUp(output: BigInt64Array, from: number, to: number, before: bigint): void {
  let sum = before
  for (let index = from; index < to; index++) {
    sum = BigInt.asIntN(64, sum + output[index]!)
    output[index] = sum
  }
}

/** Both powers are multiplied first, and then the value, because each step rounds. */
function undoDecimal(cursor: ByteCursor, count: number, output: BigInt64Array): void {
  const [e, f] = [cursor.uint8(), cursor.uint8()]
  if (e > MAX_EXPONENT || f > MAX_EXPONENT) throw cursor.corrupt(`exponents ${e} and ${f}`)
  const exceptions = cursor.vCount('number of exceptions', count)
  const factor = Number(`1e${f}`) * Number(`1e-${e}`)
  for (let index = 0; index < count; index++) {
    view.setFloat64(0, Number(output[index]!) * factor)
    const bits = view.getBigInt64(0)
    output[index] = bits < 0n ? bits ^ INT64_MAX : bits
  }
  for (let exception = 0; exception < exceptions; exception++) {
    const place = cursor.vCount('place of an exception', count - 1)
    output[place] = cursor.int64()
  }
}
