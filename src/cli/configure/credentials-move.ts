import { replaceKey } from '../../config/edit.ts'
import { inlineSecrets, type InlineSecret } from '../../config/inline-secrets.ts'
import { loadConfig } from '../../config/load.ts'
import { Failure } from '../../core/failure.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { storeCredential } from './credential-store.ts'
import { saveAndSay } from './save.ts'
import { invalid, readConfigText, showDiagnostics } from './texts.ts'

/**
 * `workflow configure credentials move`: every inline secret of the saved configuration goes into a file of its own, and the
 * text refers to it. Earlier versions of the configuration keep what they had.
 */
export const run: CommandRun = async (world) => {
  const { text, title } = await readConfigText(world, undefined)
  const { config, diagnostics } = loadConfig(text)
  if (config === undefined) {
    await showDiagnostics(world, diagnostics, title)
    throw invalid(title, 'nothing was changed')
  }
  let moved = text
  // Read anew after each one: an alias may have moved several at once.
  for (let next = firstInline(moved); next !== undefined; next = firstInline(moved)) {
    const { path, cluster, reference, secret } = next
    const place = path.join('.')
    if (replaceKey(moved, path, reference, '') === undefined) {
      throw new Failure('CONFIG_INVALID', 'it comes in by a merge key, so it cannot be moved', {
        op: 'move',
        subject: place,
        hint: 'Write authConfig out for this cluster; nothing was changed in the configuration.',
      })
    }
    const side = path[0] === 'sourceClusters' ? 'source' : 'target'
    const key = reference === 'passwordFromFile' ? 'password' : 'apiKey'
    const file = await storeCredential(world, `${side}-${cluster}`, key, secret.value)
    moved = replaceKey(moved, path, reference, file)!
    await world.stderr.write(`${place} is now in ${file}\n`)
  }
  if (moved === text) await world.stderr.write('No secret stands in the saved configuration.\n')
  else await saveAndSay(world, moved, title)
  return EXIT.done
}

function firstInline(text: string): InlineSecret | undefined {
  const { config } = loadConfig(text)
  return config === undefined ? undefined : inlineSecrets(config)[0]
}
