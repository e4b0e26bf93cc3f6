import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Diagnostic } from '../../config/diagnostic.ts'
import { renderDiagnostics } from '../../config/render-diagnostics.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { openConfigStore } from '../saved-configuration.ts'
import { widthOf } from '../width.ts'
import type { World } from '../world.ts'

/** The text of a configuration and what to call it. */
export interface ConfigText {
  readonly text: string
  readonly title: string
}

/** Reads a file, standard input (`-`) or the saved configuration (undefined). `CONFIG_MISSING` when it is not there. */
export async function readConfigText(world: World, file: string | undefined): Promise<ConfigText> {
  if (file === '-') return { text: await world.stdin.read(), title: 'standard input' }
  if (file === undefined) {
    const text = await (await openConfigStore(world)).read()
    if (text !== undefined) return { text, title: 'saved configuration' }
    throw new Failure('CONFIG_MISSING', 'there is none', { op: 'read', subject: 'the saved configuration' })
  }
  const path = resolve(world.cwd, file)
  try {
    return { text: await readFile(path, 'utf8'), title: file }
  } catch (cause) {
    throw new Failure('CONFIG_MISSING', messageOf(cause), {
      op: 'read',
      subject: path,
      hint: 'Check the name of the file.',
      cause,
    })
  }
}

/** Shows findings on stderr, none at all when there are none. */
export async function showDiagnostics(world: World, diagnostics: readonly Diagnostic[], title: string): Promise<void> {
  if (diagnostics.length === 0) return
  const color = world.color && world.stderr.isTty
  await world.stderr.write(
    `${renderDiagnostics(diagnostics, { fileName: title, color, columns: widthOf(world.stderr) })}\n`,
  )
}

/** The failure for a text whose mistakes were shown. */
export function invalid(title: string, consequence: string): Failure {
  return new Failure('CONFIG_INVALID', `it has the mistakes listed above; ${consequence}`, {
    op: 'read',
    subject: title,
  })
}
