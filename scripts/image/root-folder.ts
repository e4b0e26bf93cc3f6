import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'
/** Where Debian keeps descriptions of terminals, which `watch` and editors ask for. */
const TERMINALS = ['/lib/terminfo', '/usr/share/terminfo']
const TERMINAL_NAMES = ['x/xterm', 'x/xterm-256color', 's/screen', 's/screen-256color', 'l/linux', 'd/dumb', 'v/vt100']

/** The folder that becomes the root of an image, made of files of this machine. */
export class RootFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
    for (const name of ['usr/bin', 'usr/local/bin', 'usr/lib', 'etc', 'tmp', 'home', 'run', 'proc', 'sys', 'dev']) {
      mkdirSync(join(path, name), { recursive: true })
    }
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
      mkdirSync(join(path, 'usr', name), { recursive: true })
      symlinkSync(`usr/${name}`, join(path, name))
    }
    // As Debian has it, so that libraries are found where programs look for them.
    execFileSync('chmod', ['1777', join(path, 'tmp')])
  }

  /** Adds a program with the shared libraries that it is linked to, as `/usr/bin/<name>`. */
  program(name: string, file: string): void {
    copyFileSync(realpathSync(file), join(this.path, 'usr/bin', name))
    for (const library of librariesOf(file)) this.#library(library)
  }

  /** Adds a program of the PATH, under its own name; false when this machine has none. */
  command(name: string): boolean {
    const folders = (process.env['PATH'] ?? '').split(delimiter)
    const file = folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
    if (file === undefined) return false
    this.program(name, file)
    return true
  }

  /** Writes a small file. */
  write(path: string, text: string): void {
    const file = join(this.path, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  /** Adds users, name resolution, certificate authorities and descriptions of terminals. */
  basics(user: string, id: number): void {
    this.write('etc/passwd', `root:x:0:0:root:/root:/bin/sh\n${user}:x:${id}:${id}::/home/${user}:/bin/bash\n`)
    this.write('etc/group', `root:x:0:\n${user}:x:${id}:\n`)
    this.write('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n')
    const resolvers = execFileSync('ldconfig', ['-p'], { encoding: 'utf8' }).match(/\/\S*libnss_(dns|files)\.so\.2/g)
    for (const library of resolvers ?? []) this.#library(library)
    if (existsSync(CERTIFICATES)) {
      mkdirSync(join(this.path, dirname(CERTIFICATES)), { recursive: true })
      copyFileSync(CERTIFICATES, join(this.path, CERTIFICATES))
    }
    for (const name of TERMINAL_NAMES) {
      const found = TERMINALS.map((folder) => join(folder, name)).find((file) => existsSync(file))
      if (found === undefined) continue
      const file = join(this.path, 'usr/share/terminfo', name)
      mkdirSync(dirname(file), { recursive: true })
      copyFileSync(found, file)
    }
  }

  /** Adds a folder or a file as it is. */
  copy(from: string, to: string): void {
    const stat = lstatSync(from)
    cpSync(from, join(this.path, to), { recursive: stat.isDirectory(), verbatimSymlinks: true })
  }

  #library(file: string): void {
    // /lib and /usr/lib are one folder here, as they are on the machine.
    const place = file.replace(/^\/usr/, '').replace(/^\/lib64\//, '/lib64/')
    const target = join(this.path, 'usr', place)
    if (existsSync(target)) return
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(realpathSync(file), join(dirname(target), basename(file)))
  }
}

function librariesOf(file: string): string[] {
  try {
    return (
      execFileSync('ldd', [file], { encoding: 'utf8' })
        .match(/\/\S+/g)
        ?.filter((path) => path.includes('.so')) ?? []
    )
  } catch {
    return [] // Linked statically.
  }
}
