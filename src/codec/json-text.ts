const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const QUOTE = 0x22
const BACKSLASH = 0x5c
const SLASH = 0x2f
const STAR = 0x2a

/**
 * The JSON text without line feeds and carriage returns between its tokens, everything else untouched; the same array when
 * there are none. Comments, which servers accept and store, go as well when there are line ends, since one may end at a line
 * end. Raw line ends inside strings are not JSON and stay, so that whoever parses the text refuses it.
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
    else if (byte === SLASH && (json[from + 1] === SLASH || json[from + 1] === STAR)) {
      from = endOfComment(json, from)
      continue
    }
    output[to++] = byte
  }
  return output.subarray(0, to)
}

/** Offset of the last byte of the comment that begins at `from`; the end of the text when it is not closed. */
function endOfComment(json: Uint8Array, from: number): number {
  if (json[from + 1] === SLASH) {
    const end = firstOf(json.indexOf(LINE_FEED, from), json.indexOf(CARRIAGE_RETURN, from))
    return end < 0 ? json.length : end
  }
  for (let at = from + 3; at < json.length; at++) if (json[at] === SLASH && json[at - 1] === STAR) return at
  return json.length
}

function firstOf(left: number, right: number): number {
  if (left < 0) return right
  return right < 0 ? left : Math.min(left, right)
}
