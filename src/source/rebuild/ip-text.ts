import type { JsonBytes } from '../../codec/json-bytes.ts'

const [QUOTE, POINT] = [0x22, 0x2e] as const

/** The text of a 16-byte address, IPv4 where it is mapped into IPv6; undefined for another length. Source: RFC 5952. */
export function ipText(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 16) return undefined
  if (isMapped(bytes)) return `${bytes[12]!}.${bytes[13]!}.${bytes[14]!}.${bytes[15]!}`
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bytes[2 * index]! << 8) | bytes[2 * index + 1]!).toString(16),
  )
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (groups[start + length] === '0') length++
    if (length > best.length) best = { start, length }
  }
  if (best.start === -1) return groups.join(':')
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`
}

/** Writes a 16-byte address that is an IPv4 one as a JSON string; false, and nothing is written, for any other. */
export function writeIpv4(out: JsonBytes, bytes: Uint8Array): boolean {
  if (bytes.length !== 16 || !isMapped(bytes)) return false
  out.byte(QUOTE)
  for (let at = 12; at < 16; at++) {
    out.integer(bytes[at]!)
    out.byte(at === 15 ? QUOTE : POINT)
  }
  return true
}

function isMapped(bytes: Uint8Array): boolean {
  for (let at = 0; at < 10; at++) if (bytes[at] !== 0) return false
  return bytes[10] === 0xff && bytes[11] === 0xff
}

/** The text of an IPv4 address that is kept as a number, as Elasticsearch 1.x and 2.x did. */
export function ipv4Text(value: bigint): string {
  const address = Number(BigInt.asUintN(32, value))
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.')
}
