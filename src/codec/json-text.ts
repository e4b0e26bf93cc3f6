const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * The JSON text without line feeds and carriage returns between its tokens, everything else untouched; the same array when
 * there are none. Raw line ends inside strings are not JSON and stay, so that whoever parses the text refuses it.
 */
export function dropNewlines(json: Uint8Array): Uint8Array {
  const first = firstOf(json.indexOf(LINE_FEED), json.indexOf(CARRIAGE_RETURN))
  if (first < 0) return json
  const output = new Uint8Array(json.length)
  let to = 0
  let inString = false
  for (let from = 0; from < json.length; from++) {
    const byte = json[from]!
    if (inString) {
      if (byte === QUOTE) inString = false
      else if (byte === BACKSLASH && from + 1 < json.length) {
        output[to++] = byte
        from++
        output[to++] = json[from]!
        continue
      }
    } else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) continue
    else if (byte === QUOTE) inString = true
    output[to++] = byte
  }
  return output.subarray(0, to)
}

function firstOf(left: number, right: number): number {
  if (left < 0) return right
  return right < 0 ? left : Math.min(left, right)
}
