import { jsonOutput } from '../json-output.ts'
import { renderTable } from '../../report/table.ts'
import { formatCount } from '../../core/units.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { widthOf } from '../width.ts'
import { openFromOptions } from './open.ts'

/** `workflow snapshot list`: the snapshots of a repository, oldest first. */
export const run: CommandRun = async (world, input) => {
  const { repository } = await openFromOptions(world, input)
  const snapshots = (await repository.timeline(world.signal)).map((snapshot) => ({
    name: snapshot.name,
    uuid: snapshot.uuid,
    state: snapshot.state,
    distribution: snapshot.distribution,
    version: snapshot.version ?? null,
    startTime: iso(snapshot.startTimeMs),
    endTime: iso(snapshot.endTimeMs),
    indices: snapshot.indexNames,
  }))
  if (input.text('output') === 'json') {
    const { uri, layout, generation, uuid, warnings } = repository
    const head = { repository: { uri, layout, generation, uuid, warnings } }
    await world.stdout.write(jsonOutput({ ...head, snapshots }))
    return EXIT.done
  }
  const rows = snapshots.map((snapshot) => [
    snapshot.name,
    snapshot.state,
    `${snapshot.distribution} ${snapshot.version ?? 'of an unknown version'}`,
    snapshot.startTime ?? '-',
    formatCount(snapshot.indices.length),
  ])
  const columns = [{ title: 'SNAPSHOT' }, { title: 'STATE' }, { title: 'WRITTEN BY' }, { title: 'STARTED' }]
  await world.stdout.write(renderTable([...columns, { title: 'INDICES', align: 'right' }], rows, widthOf(world.stdout)))
  return EXIT.done
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}
