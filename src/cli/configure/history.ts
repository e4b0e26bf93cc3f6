import { jsonOutput } from '../json-output.ts'
import { renderTable } from '../../report/table.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openConfigStore } from '../saved-configuration.ts'
import { widthOf } from '../width.ts'

/** `workflow configure history`: the versions before the saved configuration, newest first. */
export const run: CommandRun = async (world, input) => {
  const kept = await (await openConfigStore(world)).previous()
  const versions = kept.map(({ number, replacedAt }) => ({
    number,
    ...(replacedAt === undefined ? {} : { replacedAt: new Date(replacedAt).toISOString() }),
  }))
  if (input.text('output') === 'json') {
    await world.stdout.write(jsonOutput({ versions }))
  } else if (versions.length === 0) {
    await world.stderr.write('There is no earlier version.\n')
  } else {
    const rows = versions.map(({ number, replacedAt = '' }) => [String(number), replacedAt])
    await world.stdout.write(
      renderTable([{ title: 'VERSION', align: 'right' }, { title: 'REPLACED' }], rows, widthOf(world.stdout)),
    )
  }
  return EXIT.done
}
