import { jsonOutput } from '../json-output.ts'
import { renderTable } from '../../report/table.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { widthOf } from '../width.ts'
import { openCredentialStore } from './open-credential-store.ts'

/** `workflow configure credentials list`: names and keys, never values. */
export const run: CommandRun = async (world, input) => {
  const credentials = await (await openCredentialStore(world)).list()
  if (input.text('output') === 'json') {
    await world.stdout.write(jsonOutput({ credentials }))
  } else if (credentials.length === 0) {
    await world.stderr.write('No credentials are kept.\n')
  } else {
    const rows = credentials.map(({ name, keys }) => [name, keys.join(', ')])
    await world.stdout.write(renderTable([{ title: 'NAME' }, { title: 'KEYS' }], rows, widthOf(world.stdout)))
  }
  return EXIT.done
}
