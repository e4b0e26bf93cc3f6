import type { BulkBody } from './bulk-body.ts'

/** Some documents of a body, by their positions in ascending order: what one request carries. */
export interface BulkPiece {
  readonly body: BulkBody
  readonly positions: readonly number[]
}

/** The piece that is the whole body. */
export function wholePiece(body: BulkBody): BulkPiece {
  return { body, positions: Array.from({ length: body.docs }, (_, position) => position) }
}

/** The lines of a piece; without a copy where its documents lie side by side. */
export function pieceBytes({ body, positions }: BulkPiece): Uint8Array {
  const ranges: Uint8Array[] = []
  for (let index = 0; index < positions.length;) {
    const from = positions[index]!
    let to = from + 1
    index++
    while (index < positions.length && positions[index] === to) {
      to++
      index++
    }
    ranges.push(body.range(from, to))
  }
  return ranges.length === 1 ? ranges[0]! : Buffer.concat(ranges)
}

/** Two halves by documents; a piece of one document cannot be split. */
export function splitPiece({ body, positions }: BulkPiece): [BulkPiece, BulkPiece] {
  const middle = Math.ceil(positions.length / 2)
  return [
    { body, positions: positions.slice(0, middle) },
    { body, positions: positions.slice(middle) },
  ]
}
