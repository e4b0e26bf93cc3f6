import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from './home.ts'

/** Plans a configuration that has a mistake, and returns how the program ended and what it said from the failure on. */
export async function refusalOf(home: Home, configuration: string): Promise<{ code: number | null; said: string }> {
  const file = join(home.path, '..', 'mistaken.yaml')
  writeFileSync(file, configuration)
  const { code, stderr } = await home.run(['plan', '-f', file])
  return { code, said: stderr.slice(Math.max(0, stderr.indexOf('Error: '))) }
}
