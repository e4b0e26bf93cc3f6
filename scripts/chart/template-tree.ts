/** An expression of a Go template: a pipeline is a nest of calls, the piped value last. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: unknown }
  /** `.a.b` (from: dot), `$.a` and `$name.a` (from: the variable). */
  | { readonly kind: 'field'; readonly from: string; readonly path: readonly string[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }

/** A piece of a Go template. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly value: Expression }
  | { readonly kind: 'assign'; readonly name: string; readonly value: Expression }
  | {
      readonly kind: 'if' | 'with'
      readonly value: Expression
      readonly then: readonly Node[]
      readonly otherwise: readonly Node[]
    }

/** The pieces of a file, and the templates that it defines. */
export interface ParsedTemplate {
  readonly nodes: readonly Node[]
  readonly defined: ReadonlyMap<string, readonly Node[]>
}

/**
 * Reads the part of Go's template language that the chart keeps to: output, `if`, `with`, `else`, `define`, variables, calls,
 * pipelines, parentheses, strings, numbers and comments. Throws for anything else.
 *
 * Source: https://pkg.go.dev/text/template
 */
export function parseTemplate(text: string, file: string): ParsedTemplate {
  const pieces = split(text, file)
  const defined = new Map<string, readonly Node[]>()
  let position = 0

  function block(ends: readonly string[]): readonly Node[] {
    const nodes: Node[] = []
    for (; position < pieces.length; position++) {
      const piece = pieces[position]!
      if (!piece.action) {
        if (piece.text !== '') nodes.push({ kind: 'text', text: piece.text })
        continue
      }
      const word = /^\S+/.exec(piece.text)?.[0] ?? ''
      if (ends.includes(word)) return nodes
      const rest = piece.text.slice(word.length)
      if (word === '' || word.startsWith('/*')) continue
      if (word === 'define') {
        position++
        const name = JSON.parse(rest.trim()) as string
        defined.set(name, block(['end']))
      } else if (word === 'if' || word === 'with') {
        nodes.push(condition(word, rest))
      } else {
        const assigned = /^\$(\w+) := (.*)$/s.exec(piece.text)
        nodes.push(
          assigned === null
            ? { kind: 'output', value: parseExpression(piece.text, file) }
            : { kind: 'assign', name: assigned[1]!, value: parseExpression(assigned[2]!, file) },
        )
      }
    }
    if (ends.length > 0) throw new Error(`${file}: a block has no end`)
    return nodes
  }

  function condition(kind: 'if' | 'with', expression: string): Node {
    position++
    const value = parseExpression(expression, file)
    const then = block(['else', 'end'])
    const closing = pieces[position]!.text
    if (closing === 'end') return { kind, value, then, otherwise: [] }
    const elseIf = /^else if (.*)$/s.exec(closing)
    if (elseIf !== null) return { kind, value, then, otherwise: [condition('if', elseIf[1]!)] }
    position++
    return { kind, value, then, otherwise: block(['end']) }
  }

  return { nodes: block([]), defined }
}

interface Piece {
  readonly action: boolean
  readonly text: string
}

/** Cuts a file into text and actions, and takes the space away that `{{-` and `-}}` ask for. */
function split(text: string, file: string): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  let trimNext = false
  for (;;) {
    const open = text.indexOf('{{', from)
    const trimBefore = open >= 0 && text.startsWith('{{- ', open)
    let plain = open < 0 ? text.slice(from) : text.slice(from, open)
    if (trimNext) plain = plain.trimStart()
    if (trimBefore) plain = plain.trimEnd()
    pieces.push({ action: false, text: plain })
    if (open < 0) return pieces
    const close = endOfAction(text, open + 2)
    if (close < 0) throw new Error(`${file}: an action has no end`)
    trimNext = text.slice(close - 2, close) === ' -'
    pieces.push({
      action: true,
      text: text.slice(open + (trimBefore ? 3 : 2), close - (trimNext ? 1 : 0)).trim(),
    })
    from = close + 2
  }
}

/** Position of the `}}` that ends an action; those in strings do not. */
function endOfAction(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('}}', at)) return at
    if (text[at] === '"') {
      at = text.indexOf('"', at + 1)
      if (at < 0) return -1
    }
  }
  return -1
}

function parseExpression(text: string, file: string): Expression {
  const tokens = text.match(/"[^"]*"|[|()]|[^\s|()]+/g) ?? []
  let position = 0

  function pipeline(): Expression {
    let value = command([])
    while (tokens[position] === '|') {
      position++
      value = command([value])
    }
    return value
  }

  function command(piped: readonly Expression[]): Expression {
    const first = tokens[position]
    if (first === undefined) throw new Error(`${file}: an expression is missing in {{ ${text} }}`)
    if (!/^[a-zA-Z]/.test(first) || first === 'true' || first === 'false') return operand()
    position++
    const args: Expression[] = []
    while (position < tokens.length && tokens[position] !== '|' && tokens[position] !== ')') args.push(operand())
    return { kind: 'call', name: first, args: [...args, ...piped] }
  }

  function operand(): Expression {
    const token = tokens[position++]!
    if (token === '(') {
      const value = pipeline()
      if (tokens[position++] !== ')') throw new Error(`${file}: ) is missing in {{ ${text} }}`)
      return value
    }
    if (token.startsWith('"')) return { kind: 'literal', value: JSON.parse(token) as unknown }
    if (/^-?\d+$/.test(token)) return { kind: 'literal', value: Number(token) }
    if (token === 'true' || token === 'false') return { kind: 'literal', value: token === 'true' }
    const field = /^(\$\w*)?((?:\.\w+)*\.?)$/.exec(token)
    if (field === null || token === '') throw new Error(`${file}: ${token} in {{ ${text} }} is not understood`)
    return { kind: 'field', from: field[1] ?? '.', path: field[2]!.split('.').filter((name) => name !== '') }
  }

  const value = pipeline()
  if (position < tokens.length) throw new Error(`${file}: ${tokens[position]!} in {{ ${text} }} is too much`)
  return value
}
