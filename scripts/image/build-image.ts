import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeImageArchive } from './image-archive.ts'
import { RootFolder } from './root-folder.ts'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
/** What the console offers beside the program itself; the first that there is of several that do the same. */
const COMMANDS: readonly (readonly string[])[] = [
  ...'bash cat chmod cp date env false grep head hostname id less ls mkdir mv printf ps pwd rm sed seq sleep sort tail tee'
    .concat(' touch tr true uname wc watch curl clear stty')
    .split(' ')
    .map((name) => [name]),
  ['vi', 'vim.tiny', 'nano'],
]
const USER = 1000

/** The name of the image of this version, as the chart asks for it: `backfill-workflow:0.1.0`. */
export function imageName(): string {
  const { name, version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Record<string, string>
  return `${name}:${version}`
}

/**
 * Builds the image of the `Containerfile` without a container engine: the built program, its packages, and the programs and
 * libraries that it needs out of this machine. `dist/` must be there.
 */
export function buildImage(archive: string, name = imageName()): void {
  const draft = mkdtempSync(join(tmpdir(), 'backfill-image-'))
  try {
    const root = new RootFolder(join(draft, 'root'))
    root.basics('workflow', USER)
    root.program('node', process.execPath)
    root.program('sh', '/bin/sh')
    for (const names of COMMANDS) names.some((command) => root.command(command))
    const app = join(draft, 'root/app')
    mkdirSync(app)
    for (const part of ['package.json', 'package-lock.json', 'bin', 'dist', 'schema']) {
      cpSync(join(PROJECT, part), join(app, part), { recursive: true })
    }
    const quiet = ['--no-fund', '--no-audit', '--ignore-scripts', '--prefer-offline', '--loglevel=error']
    execFileSync('npm', ['ci', '--omit=dev', ...quiet], { cwd: app, stdio: ['ignore', 'ignore', 'inherit'] })
    symlinkSync('/app/bin/workflow', join(draft, 'root/usr/local/bin/workflow'))
    const completion = execFileSync(process.execPath, [join(app, 'bin/workflow'), 'completion', 'bash'], {
      encoding: 'utf8',
    })
    root.write('etc/workflow-completion.bash', completion)
    root.write('etc/bash.bashrc', ". /etc/workflow-completion.bash\nPS1='console:\\w\\$ '\n")
    writeImageArchive(archive, name, root.path, {
      env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'EDITOR=vi', 'LANG=C.UTF-8'],
      workingDirectory: '/tmp',
      user: `${USER}:${USER}`,
    })
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
