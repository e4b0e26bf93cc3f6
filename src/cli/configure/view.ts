import { jsonOutput } from '../json-output.ts'
import type { ConfigStore } from '../../config/config-store.ts'
import { parseYaml } from '../../config/parse-yaml.ts'
import { redactSecrets } from '../../config/source-text.ts'
import { textDiff } from '../../report/text-diff.ts'
import { usage, type CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openConfigStore } from '../saved-configuration.ts'
import { readConfigText } from './texts.ts'

/** `workflow configure view`: the saved configuration or a version before it as it was written, or what changed since then. */
export const run: CommandRun = async (world, input) => {
  const number = input.wholeNumber('earlier', 1)
  const json = input.text('output') === 'json'
  const shown = (text: string): string => (input.flag('secrets') ? text : redactSecrets(text))
  if (!input.flag('diff')) {
    const store = number === undefined ? undefined : await openConfigStore(world)
    const text = store === undefined ? (await readConfigText(world, undefined)).text : await earlier(store, number)
    await world.stdout.write(json ? jsonOutput({ configuration: parseYaml(shown(text)).value }) : shown(text))
    return EXIT.done
  }
  const store = await openConfigStore(world)
  const before = shown(await earlier(store, number))
  const diff = textDiff(before, shown((await store.read()) ?? ''))
  await world.stdout.write(json ? jsonOutput({ diff }) : diff)
  return EXIT.done
}

/** The text of a version, of the newest without a number. `USAGE` when there is none. */
async function earlier(store: ConfigStore, number: number | undefined): Promise<string> {
  const versions = await store.previous()
  const found = number === undefined ? versions[0] : versions.find((version) => version.number === number)
  if (found !== undefined) return found.read()
  throw usage(
    number === undefined
      ? 'there is no earlier version'
      : `there is no version ${number}; see workflow configure history`,
  )
}
