// eslint-disable-next-line no-control-regex -- colour codes start with ESC
const CODES = /\u001b\[\d*[A-Za-z]|\r/g
/** Characters that take two columns of a terminal. Source: Unicode Standard Annex 11, East Asian Width, classes W and F. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u

/** Columns that a text takes on a terminal; colour codes take none. */
export function textWidth(text: string): number {
  let width = 0
  for (const character of text.replaceAll(CODES, '')) width += characterWidth(character)
  return width
}

/** Columns that one character takes. */
export function characterWidth(character: string): number {
  return WIDE.test(character) ? 2 : 1
}
