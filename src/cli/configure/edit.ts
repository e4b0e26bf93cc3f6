import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrors } from '../../config/diagnostic.ts'
import { loadConfig } from '../../config/load.ts'
import { sampleConfig } from '../../config/sample.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { usage, type CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { suggest } from '../runs/manners.ts'
import { openConfigStore } from '../saved-configuration.ts'
import { stateFolder } from '../state-folder.ts'
import type { World } from '../world.ts'
import { saveAndSay } from './save.ts'
import { invalid, showDiagnostics } from './texts.ts'

/** `workflow configure edit`: the saved configuration through an editor, or replaced by standard input. */
export const run: CommandRun = async (world, input) => {
  if (input.flag('stdin')) {
    await saveAndSay(world, await world.stdin.read(), 'standard input')
    return EXIT.done
  }
  if (!world.stdin.isTty) throw usage('an editor needs a terminal: pass the configuration with --stdin')
  const draft = join(stateFolder(world), 'config.draft.yaml')
  const before = await openDraft(world, draft)
  const editor = given(world.env['VISUAL']) ?? given(world.env['EDITOR']) ?? 'vi'
  // An editor may be given with arguments, so a shell takes it apart; the file is passed as it is.
  const exitCode = await world.runInForeground('/bin/sh', ['-c', `${editor} "$1"`, 'sh', draft])
  if (exitCode !== 0) {
    throw new Failure('ABORTED', `the editor ended with exit code ${exitCode}; nothing was changed`, {
      op: 'edit',
      subject: 'the saved configuration',
      hint: 'Your text is kept: workflow configure edit goes on with it.',
    })
  }
  const text = await onDraft(draft, () => readFile(draft, 'utf8'))
  const { diagnostics } = loadConfig(text)
  if (hasErrors(diagnostics)) {
    await showDiagnostics(world, diagnostics, 'draft')
    throw invalid('draft', 'nothing was changed, and workflow configure edit goes on with it')
  }
  if (text === before.text && before.kind === 'saved') await world.stderr.write('Nothing was changed.\n')
  else await saveAndSay(world, text, 'draft')
  await onDraft(draft, () => rm(draft, { force: true }))
  await suggest(world, ['workflow plan', 'workflow submit'])
  return EXIT.done
}

/** A variable of the environment that is not empty. */
function given(variable: string | undefined): string | undefined {
  return variable === '' ? undefined : variable
}

/** The draft of an earlier edit, else the saved configuration, else the sample; written to the file of the draft. */
async function openDraft(world: World, draft: string): Promise<{ kind: 'draft' | 'saved' | 'sample'; text: string }> {
  const kept = await readFile(draft, 'utf8').catch(() => undefined)
  if (kept !== undefined) {
    await world.stderr.write('Going on with the draft of an earlier edit.\n')
    return { kind: 'draft', text: kept }
  }
  const saved = await (await openConfigStore(world)).read()
  const text = saved ?? sampleConfig()
  await onDraft(draft, async () => {
    await mkdir(stateFolder(world), { recursive: true, mode: 0o700 })
    await writeFile(draft, text, { mode: 0o600 })
  })
  return { kind: saved === undefined ? 'sample' : 'saved', text }
}

async function onDraft<T>(draft: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw new Failure('STATE_UNWRITABLE', messageOf(cause), { op: 'use', subject: draft, cause })
  }
}
