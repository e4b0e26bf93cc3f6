import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { World } from './world.ts'

/** Where the saved configuration and all workflows live: `$WORKFLOW_HOME`, else under `$XDG_STATE_HOME`, else under the home folder. */
export function stateFolder(world: Pick<World, 'env' | 'cwd'>): string {
  const { WORKFLOW_HOME: home, XDG_STATE_HOME: state } = world.env
  if (home !== undefined && home !== '') return resolve(world.cwd, home)
  const base = state !== undefined && state !== '' ? state : join(world.env['HOME'] ?? homedir(), '.local', 'state')
  return resolve(world.cwd, base, 'backfill-workflow')
}
