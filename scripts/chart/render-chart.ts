import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { parseTemplate, type Expression, type Node } from './template-tree.ts'

/** Values of a chart, as in values.yaml. */
export interface ChartValues {
  readonly [key: string]: unknown
}

/** The name and the namespace that a chart is installed under. */
export interface ChartRelease {
  readonly name: string
  readonly namespace: string
}

/** What a template of the chart came to, by its file name. */
export type RenderedChart = ReadonlyMap<string, string>

/**
 * Renders the templates of a chart as `helm template` does, as far as the chart goes: Helm itself cannot be had everywhere. Throws
 * for a template that uses more than {@link parseTemplate} knows.
 */
export function renderChart(folder: string, changes: ChartValues, release: ChartRelease): RenderedChart {
  const chart = parse(readFileSync(join(folder, 'Chart.yaml'), 'utf8')) as Record<string, unknown>
  const values = merged(parse(readFileSync(join(folder, 'values.yaml'), 'utf8')) as ChartValues, changes)
  const defined = new Map<string, readonly Node[]>()
  const files = new Map<string, readonly Node[]>()
  for (const file of readdirSync(join(folder, 'templates')).sort()) {
    const parsed = parseTemplate(readFileSync(join(folder, 'templates', file), 'utf8'), file)
    for (const [name, nodes] of parsed.defined) defined.set(name, nodes)
    if (!file.startsWith('_')) files.set(file, parsed.nodes)
  }
  const root = {
    Values: values,
    Chart: Object.fromEntries(
      Object.entries(chart).map(([key, value]) => [key[0]!.toUpperCase() + key.slice(1), value]),
    ),
    Release: { Name: release.name, Namespace: release.namespace, Service: 'Helm' },
  }
  return new Map([...files].map(([file, nodes]) => [file, run(nodes, { dot: root, variables: new Map() }, defined)]))
}

interface Scope {
  readonly dot: unknown
  readonly variables: Map<string, unknown>
}

type Defined = ReadonlyMap<string, readonly Node[]>

function run(nodes: readonly Node[], scope: Scope, defined: Defined): string {
  let output = ''
  for (const node of nodes) {
    switch (node.kind) {
      case 'text':
        output += node.text
        break
      case 'output':
        output += shown(evaluate(node.value, scope, defined))
        break
      case 'assign':
        scope.variables.set(node.name, evaluate(node.value, scope, defined))
        break
      case 'if':
      case 'with': {
        const value = evaluate(node.value, scope, defined)
        const holds = isTrue(value)
        const dot = node.kind === 'with' && holds ? value : scope.dot
        output += run(holds ? node.then : node.otherwise, { ...scope, dot }, defined)
      }
    }
  }
  return output
}

function evaluate(expression: Expression, scope: Scope, defined: Defined): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'field': {
      let value = expression.from === '.' ? scope.dot : scope.variables.get(expression.from.slice(1))
      for (const name of expression.path) value = (value as Readonly<Record<string, unknown>> | undefined)?.[name]
      return value
    }
    case 'call': {
      const args = expression.args.map((arg) => evaluate(arg, scope, defined))
      if (expression.name === 'include') {
        const nodes = defined.get(String(args[0]))
        if (nodes === undefined) throw new Error(`template ${String(args[0])} is not defined`)
        return run(nodes, { dot: args[1], variables: new Map() }, defined)
      }
      const apply = FUNCTIONS[expression.name]
      if (apply === undefined) throw new Error(`function ${expression.name} is not known`)
      return apply(...args)
    }
  }
}

/** Source: https://helm.sh/docs/chart_template_guide/function_list/ */
const FUNCTIONS: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  default: (fallback, value) => (isTrue(value) ? value : fallback),
  dict: (...args) => Object.fromEntries(args.flatMap((key, at) => (at % 2 === 0 ? [[String(key), args[at + 1]]] : []))),
  eq: (a, b) => a === b,
  nindent: (width, text) => `\n${indented(Number(width), shown(text))}`,
  not: (value) => !isTrue(value),
  or: (...values) => values.find(isTrue) ?? values.at(-1),
  printf: (format, ...args) => shown(format).replaceAll('%s', () => shown(args.shift())),
  quote: (value) => JSON.stringify(shown(value)),
  toYaml: (value) => stringify(value, { lineWidth: 0 }).trimEnd(),
  urlquery: (value) => encodeURIComponent(shown(value)),
}

function indented(width: number, text: string): string {
  return text.replaceAll(/^/gm, ' '.repeat(width))
}

function isTrue(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}

function merged(values: ChartValues, changes: ChartValues): ChartValues {
  const result: Record<string, unknown> = { ...values }
  for (const [key, change] of Object.entries(changes)) {
    const before = values[key]
    result[key] = isMap(before) && isMap(change) ? merged(before, change) : change
  }
  return result
}

function isMap(value: unknown): value is ChartValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
