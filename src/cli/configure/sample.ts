import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configJsonSchema } from '../../config/json-schema.ts'
import { sampleConfig } from '../../config/sample.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { environmentEngine } from '../choose-engine.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { suggest } from '../runs/manners.ts'
import { stateFolder } from '../state-folder.ts'
import { saveAndSay } from './save.ts'

const SCHEMA = 'backfill.schema.json'

/** `workflow configure sample`: prints the sample, or saves it together with the schema that its first line names. */
export const run: CommandRun = async (world, input) => {
  if (!input.flag('load')) {
    await world.stdout.write(sampleConfig(installedSchema()))
    return EXIT.done
  }
  if (environmentEngine(world).kind === 'argo') {
    await saveAndSay(world, sampleConfig(installedSchema()), 'sample')
    await suggest(world, ['workflow configure edit'])
    return EXIT.done
  }
  const folder = stateFolder(world)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(join(folder, SCHEMA), configJsonSchema())
  } catch (cause) {
    throw new Failure('STATE_UNWRITABLE', messageOf(cause), { op: 'write', subject: join(folder, SCHEMA), cause })
  }
  await saveAndSay(world, sampleConfig(SCHEMA), 'sample')
  await suggest(world, ['workflow configure edit'])
  return EXIT.done
}

/** The schema that came with the program, from the sources or from the bundle. */
function installedSchema(): string | undefined {
  const places = [`../../../schema/${SCHEMA}`, `../schema/${SCHEMA}`]
  return places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path))
}
