import type { DocBits } from '../doc-bits.ts'

/** Documents between two remembered ranks of a dense set. */
const RANK_DOCS = 512

/** The documents with a value that lie in `[from, to)`: how many come before them, and which they are. */
export interface SlotRange {
  /** Documents with a value before `from`. */
  readonly first: number
  /** Documents with a value in the range. */
  readonly count: number
  /** For each document of the range the number of those with a value before it in the range; one entry more at the end. */
  readonly starts: Int32Array
}

/** Tells which documents have a value and the how-manieth it is. */
export interface DocSlots {
  readonly count: number
  range(from: number, to: number): SlotRange
}

/** Every document has a value. */
export function allSlots(maxDoc: number): DocSlots {
  return {
    count: maxDoc,
    range: (from, to) => {
      const starts = new Int32Array(to - from + 1)
      for (let place = 0; place < starts.length; place++) starts[place] = place
      return { first: from, count: to - from, starts }
    },
  }
}

/** Some documents have a value; few are kept as a list, many as bits with a rank every 512 documents. */
export function listedSlots(bits: DocBits, count: number): DocSlots {
  return count * 4 < bits.length ? sparseSlots(bits, count) : denseSlots(bits, count)
}

function sparseSlots(bits: DocBits, count: number): DocSlots {
  const docs = new Int32Array(count)
  let next = 0
  for (const [index, byte] of bits.entries()) {
    for (let bit = 0; bit < 8 && byte >> bit !== 0; bit++) if (((byte >> bit) & 1) === 1) docs[next++] = index * 8 + bit
  }
  return {
    count,
    range: (from, to) => {
      const first = lowerBound(docs, from)
      const starts = new Int32Array(to - from + 1)
      let at = first
      for (let doc = from; doc < to; doc++) {
        starts[doc - from] = at - first
        if (docs[at] === doc) at++
      }
      starts[to - from] = at - first
      return { first, count: at - first, starts }
    },
  }
}

function denseSlots(bits: DocBits, count: number): DocSlots {
  const ranks = new Int32Array(Math.floor((bits.length * 8) / RANK_DOCS) + 1)
  let rank = 0
  for (let doc = 0; doc < bits.length * 8; doc++) {
    if (doc % RANK_DOCS === 0) ranks[doc / RANK_DOCS] = rank
    rank += (bits[doc >> 3]! >> (doc & 7)) & 1
  }
  return {
    count,
    range: (from, to) => {
      let first = ranks[Math.floor(from / RANK_DOCS)] ?? count
      for (let doc = from - (from % RANK_DOCS); doc < from; doc++) first += (bits[doc >> 3]! >> (doc & 7)) & 1
      const starts = new Int32Array(to - from + 1)
      let within = 0
      for (let doc = from; doc < to; doc++) {
        starts[doc - from] = within
        within += (bits[doc >> 3]! >> (doc & 7)) & 1
      }
      starts[to - from] = within
      return { first, count: within, starts }
    },
  }
}

function lowerBound(sorted: Int32Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
