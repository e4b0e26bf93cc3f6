import * as t from './deflate-table.ts'
import * as w from './wasm-code.ts'

/** Places of the functions in the module. */
export const BUILD_TABLE = 0
export const PAIR_LITERALS = 1

const DAMAGED = -1
/** The order in which a block names the lengths of its precode. Source: RFC 1951, section 3.2.7. */
const PRECODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

const [FROM, INPUT_END, TO, OUTPUT_END, HISTORY] = [0, 1, 2, 3, 4]
const [COUNT, ENTRY, LENGTH, DISTANCE, SOURCE, END, HEADER, LITERALS, ALL, AT, SAVED] = [
  5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
]
const BITS = 16

const number = w.constant
const from = w.get(FROM)
const to = w.get(TO)
const entry = w.get(ENTRY)
const count = w.get(COUNT)
const length = w.get(LENGTH)
const distance = w.get(DISTANCE)
const failIf = (condition: w.Code): w.Code => w.when(condition, w.returns(number(DAMAGED)))
const advance = (local: number, by: w.Code): w.Code => w.set(local, w.add(w.get(local), by))
const bitsNow = w.lowBits(w.get(BITS))
/** The low `bits` of a number; `bits` counts modulo 32. */
const low = (value: w.Code, bits: w.Code): w.Code => w.and(value, w.xor(w.shiftLeft(number(-1), bits), number(-1)))

/**
 * Makes 56 bits or more available. Of COUNT, the number of bits, only the low six bits count; bits above them are already
 * those that come next in the input, so adding them again changes nothing.
 */
const refill: w.Code = [
  ...w.set(BITS, w.orLong(w.get(BITS), w.shiftLeftLong(w.loadLong(from), w.toLong(count)))),
  ...w.set(FROM, w.subtract(w.add(from, number(7)), w.and(w.shiftRight(count, number(3)), number(7)))),
  ...w.set(COUNT, w.or(count, number(56))),
]
/** Drops as many bits as the low six bits of `bits` say. */
const drop = (bits: w.Code): w.Code => [
  ...w.set(BITS, w.shiftRightLong(w.get(BITS), w.toLong(bits))),
  ...w.set(COUNT, w.subtract(count, bits)),
]
const take = (local: number, bits: number): w.Code => [
  ...w.set(local, w.and(bitsNow, number((1 << bits) - 1))),
  ...drop(number(bits)),
]
const lookUp = (table: number, bits: number): w.Code => [
  ...w.set(ENTRY, w.load32(w.shiftLeft(w.and(bitsNow, number((1 << bits) - 1)), number(2)), table)),
]
const consume: w.Code = [...w.set(SAVED, bitsNow), ...drop(entry)]
const lookUpSub = (table: number): w.Code => [
  ...w.set(
    ENTRY,
    w.load32(
      w.shiftLeft(w.add(w.shiftRight(entry, number(16)), low(bitsNow, w.shiftRight(entry, number(8)))), number(2)),
      table,
    ),
  ),
  ...consume,
]
/** The smallest length or distance of the entry and the extra bits that followed its codeword. */
const valueOfEntry = w.add(
  w.shiftRight(entry, number(16)),
  w.shiftRight(low(w.get(SAVED), entry), w.shiftRight(entry, number(8))),
)
const isSet = (flag: number): w.Code => w.and(entry, number(flag))
const nextSymbol: w.Code = [...lookUp(t.LITERAL_TABLE, t.LITERAL_BITS), ...consume]
/** Two bytes are written even for one literal: the next symbol or the end of the output region takes the other's place. */
const putLiterals: w.Code = [
  ...w.store16(to, w.shiftRight(entry, number(16))),
  ...advance(TO, w.add(number(1), w.and(w.shiftRight(entry, number(t.TWO_BIT)), number(1)))),
]
/** Reading on behind the input is found here at the latest; the buffer then holds no byte but those behind it. */
const checkLimits = failIf(w.or(w.greater(from, w.add(w.get(INPUT_END), number(8))), w.greater(to, w.get(OUTPUT_END))))

const copyRun = (step: number, copy: (to: w.Code, from: w.Code) => w.Code): w.Code =>
  w.repeatWhile(
    w.less(to, w.get(END)),
    copy(to, w.get(SOURCE)),
    advance(TO, number(step)),
    advance(SOURCE, number(step)),
  )

/** A match may overlap what it writes: a copy must not be wider than the distance. */
const copyMatch: w.Code = [
  ...w.set(SOURCE, w.subtract(to, distance)),
  ...w.set(END, w.add(to, length)),
  ...w.choose(
    w.notLess(distance, number(16)),
    copyRun(16, w.copy16),
    w.choose(w.notLess(distance, number(8)), copyRun(8, w.copy8), copyRun(1, w.copy1)),
  ),
  ...w.set(TO, w.get(END)),
]

/** Three lookups of literals and a length take 53 bits at most, a distance 28. */
const symbols = w.block(
  w.loop(
    checkLimits,
    refill,
    nextSymbol,
    w.when(
      isSet(t.LITERAL),
      putLiterals,
      nextSymbol,
      w.when(
        isSet(t.LITERAL),
        putLiterals,
        nextSymbol,
        w.when(isSet(t.LITERAL), putLiterals, nextSymbol, w.when(isSet(t.LITERAL), putLiterals, w.leave(4))),
      ),
    ),
    w.when(
      isSet(t.EXCEPTION),
      w.when(isSet(t.SUBTABLE), lookUpSub(t.LITERAL_TABLE), w.when(isSet(t.LITERAL), putLiterals, w.leave(3))),
      w.when(isSet(t.EXCEPTION), w.when(isSet(t.END_OF_BLOCK), w.leave(4)), w.returns(number(DAMAGED))),
    ),
    w.set(LENGTH, valueOfEntry),
    refill,
    lookUp(t.DISTANCE_TABLE, t.DISTANCE_BITS),
    consume,
    w.when(isSet(t.EXCEPTION), w.when(isSet(t.SUBTABLE), lookUpSub(t.DISTANCE_TABLE)), failIf(isSet(t.EXCEPTION))),
    w.set(DISTANCE, valueOfEntry),
    failIf(w.greater(distance, w.subtract(to, w.get(HISTORY)))),
    copyMatch,
    w.leave(0),
  ),
)

/** Bytes up to the next whole one are given back to the input. */
const alignInput: w.Code = [
  ...w.set(FROM, w.subtract(from, w.and(w.shiftRight(count, number(3)), number(7)))),
  ...w.set(COUNT, number(0)),
  ...w.set(BITS, w.longConstant(0)),
]

const storedBlock: w.Code = [
  ...alignInput,
  ...failIf(w.greater(w.add(from, number(4)), w.get(INPUT_END))),
  ...w.set(LENGTH, w.load16(from)),
  ...failIf(w.notEqual(w.xor(length, number(0xffff)), w.load16(from, 2))),
  ...advance(FROM, number(4)),
  ...failIf(w.greater(length, w.subtract(w.get(INPUT_END), from))),
  ...failIf(w.greater(length, w.subtract(w.get(OUTPUT_END), to))),
  ...w.copyBytes(to, from, length),
  ...advance(FROM, length),
  ...advance(TO, length),
]

const fixedLengths: w.Code = [
  ...w.fillBytes(number(t.LENGTHS), number(8), number(144)),
  ...w.fillBytes(number(t.LENGTHS + 144), number(9), number(112)),
  ...w.fillBytes(number(t.LENGTHS + 256), number(7), number(24)),
  ...w.fillBytes(number(t.LENGTHS + 280), number(8), number(8)),
  ...w.fillBytes(number(t.LENGTHS + 288), number(5), number(32)),
  ...w.set(LITERALS, number(288)),
  ...w.set(ALL, number(320)),
]

const lengthsAt = w.add(number(t.LENGTHS), w.get(AT))
/** Writes LENGTH times the codeword length in SOURCE. */
const repeatLength: w.Code = [
  ...failIf(w.greater(w.add(w.get(AT), length), w.get(ALL))),
  ...w.fillBytes(lengthsAt, w.get(SOURCE), length),
  ...advance(AT, length),
]
/** A length from `least` on in so many bits. */
const takeRepeats = (bits: number, least: number): w.Code => [...take(LENGTH, bits), ...advance(LENGTH, number(least))]

const dynamicLengths: w.Code = [
  ...take(LITERALS, 5),
  ...advance(LITERALS, number(257)),
  ...take(ALL, 5),
  ...advance(ALL, number(1)),
  ...failIf(w.or(w.greater(w.get(LITERALS), number(286)), w.greater(w.get(ALL), number(30)))),
  ...advance(ALL, w.get(LITERALS)),
  ...take(END, 4),
  ...advance(END, number(4)),
  ...w.fillBytes(number(t.LENGTHS), number(0), number(19)),
  ...PRECODE_ORDER.flatMap((symbol, place) =>
    w.when(w.greater(w.get(END), number(place)), refill, take(LENGTH, 3), w.store8(number(t.LENGTHS + symbol), length)),
  ),
  ...failIf(
    w.call(
      BUILD_TABLE,
      number(t.LENGTHS),
      number(19),
      number(t.DISTANCE_TABLE),
      number(t.PRECODE_BITS),
      number(t.PRECODE_RESULTS),
    ),
  ),
  ...w.set(AT, number(0)),
  ...w.repeatWhile(
    w.less(w.get(AT), w.get(ALL)),
    refill,
    lookUp(t.DISTANCE_TABLE, t.PRECODE_BITS),
    drop(entry),
    w.set(SOURCE, w.shiftRight(entry, number(16))),
    w.choose(
      w.less(w.get(SOURCE), number(16)),
      [...w.store8(lengthsAt, w.get(SOURCE)), ...advance(AT, number(1))],
      [
        ...w.choose(
          w.equal(w.get(SOURCE), number(16)),
          [
            ...failIf(w.equal(w.get(AT), number(0))),
            ...w.set(SOURCE, w.load8(w.subtract(lengthsAt, number(1)))),
            ...takeRepeats(2, 3),
          ],
          [
            ...w.choose(w.equal(w.get(SOURCE), number(17)), takeRepeats(3, 3), takeRepeats(7, 11)),
            ...w.set(SOURCE, number(0)),
          ],
        ),
        ...repeatLength,
      ],
    ),
  ),
  // Without a codeword for its end a block could not end.
  ...failIf(w.equal(w.load8(number(t.LENGTHS + 256)), number(0))),
]

const buildTables: w.Code = [
  ...failIf(
    w.equal(
      w.call(
        BUILD_TABLE,
        number(t.LENGTHS),
        w.get(LITERALS),
        number(t.LITERAL_TABLE),
        number(t.LITERAL_BITS),
        number(t.LITERAL_RESULTS),
      ),
      number(DAMAGED),
    ),
  ),
  ...failIf(
    w.equal(
      w.call(
        BUILD_TABLE,
        w.add(number(t.LENGTHS), w.get(LITERALS)),
        w.subtract(w.get(ALL), w.get(LITERALS)),
        number(t.DISTANCE_TABLE),
        number(t.DISTANCE_BITS),
        number(t.DISTANCE_RESULTS),
      ),
      number(DAMAGED),
    ),
  ),
  ...failIf(w.call(PAIR_LITERALS)),
]

/**
 * Decodes one raw DEFLATE stream: address and end of the input, address and end of the output, start of the history before
 * it. Gives the address behind the stream, or -1 when it is damaged or does not fill the output exactly. It reads up to
 * 1 KiB behind the input and writes up to 512 bytes behind the output.
 *
 * Source: RFC 1951, section 3.2.3.
 */
export const inflateStream: w.WasmFunction = {
  parameters: 5,
  locals: 11,
  longLocals: 1,
  body: [
    w.block(
      w.loop(
        checkLimits,
        refill,
        take(HEADER, 3),
        w.choose(w.less(w.get(HEADER), number(2)), storedBlock, [
          ...failIf(w.greater(w.get(HEADER), number(5))),
          ...w.choose(w.less(w.get(HEADER), number(4)), fixedLengths, dynamicLengths),
          ...buildTables,
          ...symbols,
        ]),
        w.when(w.and(w.get(HEADER), number(1)), w.leave(2)),
        w.leave(0),
      ),
    ),
    alignInput,
    failIf(w.or(w.greater(from, w.get(INPUT_END)), w.notEqual(to, w.get(OUTPUT_END)))),
    from,
  ],
}
