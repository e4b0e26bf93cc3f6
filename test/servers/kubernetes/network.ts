import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, existsSync } from 'node:fs'
import type { NodeLayout } from './node-layout.ts'

const NAMESPACES = '/var/run/netns'

/** The command that runs another one inside the node's network namespace; the rest of its world stays as it is. */
export function insideNetwork({ name }: NodeLayout, command: readonly string[]): string[] {
  return ['nsenter', `--net=${NAMESPACES}/${name}`, '--', ...command]
}

/** Makes the network namespace of a node and the link into it. */
export function makeNetwork(layout: NodeLayout): void {
  const { name, link, hostAddress, nodeAddress, pods, services } = layout
  const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' })
  ip('netns', 'add', name)
  ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
  ip('addr', 'add', `${hostAddress}/30`, 'dev', link)
  ip('link', 'set', link, 'up')
  ip('-n', name, 'addr', 'add', `${nodeAddress}/30`, 'dev', 'eth0')
  ip('-n', name, 'link', 'set', 'lo', 'up')
  ip('-n', name, 'link', 'set', 'eth0', 'up')
  ip('route', 'add', pods, 'via', nodeAddress)
  ip('route', 'add', services, 'via', nodeAddress)
  // Processes of the node reach services; there is no way out of the machine on purpose.
  ip('-n', name, 'route', 'add', services, 'dev', 'eth0')
  const settings =
    'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables || true'
  const [command, ...args] = insideNetwork(layout, ['sh', '-c', settings])
  execFileSync(command!, args, { stdio: 'pipe' })
}

/** Removes what {@link makeNetwork} and the pods of the node made; may be called again. */
export function removeNetwork({ name, link, pods }: NodeLayout): void {
  const prefix = pods.replace(/0\/24$/, '')
  for (const pod of existsSync(NAMESPACES) ? readdirSync(NAMESPACES) : []) {
    if (!pod.startsWith('cni-')) continue
    const { stdout } = spawnSync('ip', ['-n', pod, '-4', 'addr', 'show'], { encoding: 'utf8' })
    if (stdout.includes(`inet ${prefix}`)) spawnSync('ip', ['netns', 'del', pod])
  }
  spawnSync('ip', ['netns', 'del', name])
  spawnSync('ip', ['link', 'del', link])
}
