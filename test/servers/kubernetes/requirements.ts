import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { BootError } from '../messages.ts'

/** Debian packages that a node is made of, by a file that each brings. */
const PACKAGES: Readonly<Record<string, string>> = {
  containerd: '/usr/bin/containerd',
  runc: '/usr/sbin/runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  iptables: '/usr/sbin/iptables',
  conntrack: '/usr/sbin/conntrack',
  iproute2: '/usr/sbin/ip',
  openssl: '/usr/bin/openssl',
}

/** Why no Kubernetes can be started here, or undefined. Packages that are only missing do not count: they are installed. */
export function reasonWithoutKubernetes(): string | undefined {
  if (process.platform !== 'linux') return `a Kubernetes node needs Linux; this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'a Kubernetes node needs root'
  if (spawnSync('go', ['version']).error !== undefined)
    return 'Kubernetes is built with Go 1.24 or newer; there is no go'
  if (missing().length > 0 && !existsSync('/usr/bin/apt-get'))
    return `there is no apt-get to install ${missing().join(', ')}`
  return undefined
}

/** Installs the Debian packages that are missing. Throws `BootError` when that does not work. */
export function installPackages(say: (line: string) => void): void {
  const packages = missing()
  if (packages.length === 0) return
  say(`installing ${packages.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
  spawnSync('apt-get', ['update', '-qq'], { env })
  const { status, stderr } = spawnSync('apt-get', install, { env, encoding: 'utf8' })
  if (status === 0) return
  const last = stderr.trim().split('\n').slice(-5).join('\n  ')
  throw new BootError(`install ${packages.join(', ')}: apt-get ended with code ${status ?? 'unknown'}:\n  ${last}`)
}

function missing(): string[] {
  return Object.entries(PACKAGES).flatMap(([name, file]) => (existsSync(file) ? [] : [name]))
}
