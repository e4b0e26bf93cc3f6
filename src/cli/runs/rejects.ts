import { formatCount } from '../../core/units.ts'
import { renderTable } from '../../report/table.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openEngine } from '../open-engine.ts'
import { widthOf } from '../width.ts'
import { suggest } from './manners.ts'

/** What this command needs of a reject; the rest of the line is passed on as it is. */
interface RejectHead {
  readonly item: string
  readonly index: string
  readonly id: string
  readonly class: string
  readonly reason: string
}

interface Reason {
  documents: number
  readonly index: string
  readonly class: string
  readonly example: RejectHead
}

/** `workflow rejects`: the documents that did not get into the target; by index and kind of reason, or each of them as JSON. */
export const run: CommandRun = async (world, input) => {
  const engine = await openEngine(world)
  const { name } = await engine.view(input.args[0])
  const json = input.text('output') === 'json'
  // After a crash a document may be recorded twice.
  const seen = new Set<string>()
  const reasons = new Map<string, Reason>()
  for await (const line of engine.rejects(name)) {
    const reject = JSON.parse(line) as RejectHead // Written by this program.
    const key = JSON.stringify([reject.index, reject.id, reject.item])
    if (seen.has(key)) continue
    seen.add(key)
    if (json) await world.stdout.write(`{"schemaVersion":1,${line.slice(1)}\n`)
    const kind = JSON.stringify([reject.index, reject.class])
    const reason = reasons.get(kind) ?? { documents: 0, index: reject.index, class: reject.class, example: reject }
    reason.documents++
    reasons.set(kind, reason)
  }
  if (json) return EXIT.done
  if (seen.size === 0) {
    await world.stderr.write(`Workflow ${name} has no rejects.\n`)
    return EXIT.done
  }
  const rows = [...reasons.values()]
    .toSorted((a, b) => b.documents - a.documents)
    .map((reason) => [formatCount(reason.documents), reason.index, reason.class, exampleOf(reason.example)])
  const columns = [
    { title: 'DOCUMENTS', align: 'right' as const },
    { title: 'INDEX' },
    { title: 'KIND' },
    { title: 'FOR EXAMPLE' },
  ]
  await world.stdout.write(renderTable(columns, rows, widthOf(world.stdout)))
  await suggest(world, [`workflow retry ${name} --rejects`])
  return EXIT.done
}

const EXAMPLE_LENGTH = 120

function exampleOf({ id, reason }: RejectHead): string {
  const text = `${id}: ${reason}`.replaceAll(/\s+/g, ' ')
  return text.length <= EXAMPLE_LENGTH ? text : `${text.slice(0, EXAMPLE_LENGTH - 1)}…`
}
