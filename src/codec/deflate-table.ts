import * as w from './wasm-code.ts'

/*
 * An entry of a lookup table, 32 bits. The lowest six are the bits to drop, extra bits included: shifts count modulo 32 or
 * 64, so an entry serves as their count as it is.
 *
 *   literals  bit 7 set; bit 6: two of them; bits 16 to 31: the bytes
 *   others    bits 8 to 11: bits of the codeword alone; bits 16 to 30: smallest length or distance
 *   EXCEPTION set with END_OF_BLOCK; with SUBTABLE, where bits 8 to 11 are its width and bits 16 to 30 its first entry;
 *             or alone, where no codeword begins so
 */
export const LITERAL = 0x80
export const TWO_BIT = 6
export const EXCEPTION = 0x8000
export const SUBTABLE = 0x4000
export const END_OF_BLOCK = 0x2000

/** Bits that the first lookup of each code takes. */
export const LITERAL_BITS = 11
export const DISTANCE_BITS = 8
export const PRECODE_BITS = 7
const MAX_BITS = 15

/** Where in memory things lie; a subtable has as many entries as the longest codeword of its code asks for. */
const REVERSED = 0
const COUNTS = 256
const NEXT = COUNTS + 64
export const LENGTHS = 512
export const LITERAL_RESULTS = 1024
export const DISTANCE_RESULTS = LITERAL_RESULTS + 288 * 4
export const PRECODE_RESULTS = DISTANCE_RESULTS + 32 * 4
export const LITERAL_TABLE = 4096
/** Behind 2^11 entries and at most 144 subtables of 2^4; it has itself 2^8 entries and at most 16 subtables of 2^7. */
export const DISTANCE_TABLE = LITERAL_TABLE + (2048 + 144 * 16) * 4

const [FROM, COUNT, TABLE, ROOT, RESULTS] = [0, 1, 2, 3, 4]
const [INDEX, LENGTH, CODE, LEFT, LONGEST, FIRST_LONG, SUB_BITS, ENTRY, AT, END, STEP, STATUS] = [
  5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]
const number = w.constant
const index = w.get(INDEX)
const length = w.get(LENGTH)
const root = w.get(ROOT)
const code = w.get(CODE)
const times4 = (value: w.Code): w.Code => w.shiftLeft(value, number(2))
const power = (value: w.Code): w.Code => w.shiftLeft(number(1), value)
const advance = (local: number, count: w.Code): w.Code => w.set(local, w.add(w.get(local), count))
const countOf = (value: w.Code): w.Code => w.load32(times4(value), COUNTS)
const nextOf = (value: w.Code): w.Code => w.load32(times4(value), NEXT)

/** The low `bits` of `value` in reverse order. */
const reverse = (value: w.Code, bits: w.Code): w.Code =>
  w.shiftRight(
    w.or(
      w.shiftLeft(w.load8(w.and(value, number(255)), REVERSED), number(8)),
      w.load8(w.shiftRight(value, number(8)), REVERSED),
    ),
    w.subtract(number(16), bits),
  )

const countLengths = [
  w.fillBytes(number(COUNTS), number(0), number(64)),
  w.set(INDEX, number(0)),
  w.repeatWhile(
    w.less(index, w.get(COUNT)),
    w.set(AT, times4(w.load8(w.add(w.get(FROM), index)))),
    w.store32(w.get(AT), w.add(w.load32(w.get(AT), COUNTS), number(1)), COUNTS),
    advance(INDEX, number(1)),
  ),
  w.store32(number(COUNTS), number(0)),
]

/** The first codeword of each length; -1 when there are more codewords than bits can tell apart. */
const firstCodes = [
  w.set(LEFT, number(1)),
  w.set(LENGTH, number(1)),
  w.repeatWhile(
    w.notLess(number(MAX_BITS), length),
    w.set(CODE, w.shiftLeft(w.add(code, countOf(w.subtract(length, number(1)))), number(1))),
    w.store32(times4(length), code, NEXT),
    w.when(countOf(length), w.set(LONGEST, length)),
    w.set(LEFT, w.shiftLeft(w.get(LEFT), number(1))),
    w.when(w.greater(countOf(length), w.get(LEFT)), w.returns(number(-1))),
    w.set(LEFT, w.subtract(w.get(LEFT), countOf(length))),
    advance(LENGTH, number(1)),
  ),
]

/** Unused codewords are right only where there is no more than one of one bit. */
const allowIncomplete = w.when(
  w.get(LEFT),
  w.when(w.greater(w.get(LONGEST), number(1)), w.returns(number(-1))),
  w.set(STATUS, number(1)),
  w.set(INDEX, number(0)),
  w.repeatWhile(
    w.less(index, power(root)),
    w.store32(w.add(w.get(TABLE), times4(index)), number(EXCEPTION)),
    advance(INDEX, number(1)),
  ),
)

/** In a canonical code the longer codewords come last, so their beginnings are a range: one subtable for each. */
const pointToSubtables = w.when(
  w.greater(w.get(LONGEST), root),
  w.set(SUB_BITS, w.subtract(w.get(LONGEST), root)),
  w.set(FIRST_LONG, w.add(nextOf(root), countOf(root))),
  w.set(INDEX, w.get(FIRST_LONG)),
  w.set(
    ENTRY,
    w.or(
      w.or(w.shiftLeft(power(root), number(16)), number(EXCEPTION | SUBTABLE)),
      w.or(w.shiftLeft(w.get(SUB_BITS), number(8)), root),
    ),
  ),
  w.repeatWhile(
    w.less(index, power(root)),
    w.store32(w.add(w.get(TABLE), times4(reverse(index, root))), w.get(ENTRY)),
    advance(ENTRY, w.shiftLeft(power(w.get(SUB_BITS)), number(16))),
    advance(INDEX, number(1)),
  ),
)

const longBits = w.subtract(length, root)
const enterCodewords = [
  w.set(INDEX, number(0)),
  w.repeatWhile(
    w.less(index, w.get(COUNT)),
    w.set(LENGTH, w.load8(w.add(w.get(FROM), index))),
    w.when(
      length,
      w.set(CODE, nextOf(length)),
      w.store32(times4(length), w.add(code, number(1)), NEXT),
      w.choose(
        w.notLess(root, length),
        [...w.set(AT, reverse(code, length)), ...w.set(END, power(root))],
        [
          ...w.set(
            END,
            w.add(
              power(root),
              w.shiftLeft(w.subtract(w.shiftRight(code, longBits), w.get(FIRST_LONG)), w.get(SUB_BITS)),
            ),
          ),
          ...w.set(LENGTH, longBits),
          ...w.set(AT, w.add(w.get(END), reverse(w.and(code, w.subtract(power(length), number(1))), length))),
          ...advance(END, power(w.get(SUB_BITS))),
        ],
      ),
      w.set(ENTRY, w.add(w.load32(w.add(w.get(RESULTS), times4(index))), w.multiply(length, number(0x101)))),
      w.set(STEP, times4(power(length))),
      w.set(AT, w.add(w.get(TABLE), times4(w.get(AT)))),
      w.set(END, w.add(w.get(TABLE), times4(w.get(END)))),
      w.repeatWhile(w.less(w.get(AT), w.get(END)), w.store32(w.get(AT), w.get(ENTRY)), advance(AT, w.get(STEP))),
    ),
    advance(INDEX, number(1)),
  ),
]

/**
 * Builds the lookup table of one canonical Huffman code: address and number of the codeword lengths (a byte each), address
 * of the table, bits of its first lookup, address of the symbols' entries without lengths. Gives 0, or 1 when codewords are
 * unused as RFC 1951 allows, or -1 when there are too many or too few.
 *
 * Source: RFC 1951, section 3.2.2.
 */
export const buildTable: w.WasmFunction = {
  parameters: 5,
  locals: 12,
  body: [...countLengths, ...firstCodes, allowIncomplete, pointToSubtables, ...enterCodewords, w.get(STATUS)],
}

const PLACE = 0
const FIRST = 1
const SECOND = 2

/**
 * Makes entries of two literals in the table of the literal code wherever the bits of one lookup hold two. It goes from
 * the last entry down: what follows a codeword is at a smaller place, which still has one literal.
 */
export const pairLiterals: w.WasmFunction = {
  parameters: 0,
  locals: 3,
  body: [
    w.set(PLACE, number(1 << LITERAL_BITS)),
    w.repeatWhile(
      w.get(PLACE),
      w.set(PLACE, w.subtract(w.get(PLACE), number(1))),
      w.set(FIRST, w.load32(times4(w.get(PLACE)), LITERAL_TABLE)),
      w.when(
        w.and(w.get(FIRST), number(LITERAL)),
        w.set(SECOND, w.load32(times4(w.shiftRight(w.get(PLACE), w.get(FIRST))), LITERAL_TABLE)),
        w.when(
          w.and(w.get(SECOND), number(LITERAL)),
          w.when(
            w.notLess(number(LITERAL_BITS), w.add(w.and(w.get(FIRST), number(31)), w.and(w.get(SECOND), number(31)))),
            w.store32(
              times4(w.get(PLACE)),
              w.or(
                w.or(
                  w.and(w.get(FIRST), number(0xff0000)),
                  w.shiftLeft(w.and(w.get(SECOND), number(0xff0000)), number(8)),
                ),
                w.add(w.and(w.add(w.get(FIRST), w.get(SECOND)), number(31)), number(LITERAL | (1 << TWO_BIT))),
              ),
              LITERAL_TABLE,
            ),
          ),
        ),
      ),
    ),
    number(0),
  ],
}
