import { join } from 'node:path'

/** Names and addresses of one test node; several nodes on a machine differ in their number. */
export interface NodeLayout {
  readonly number: number
  /** Name of the network namespace, the node, and its cgroup. */
  readonly name: string
  /** The machine's end of the link into the namespace: how pods reach servers of the machine. */
  readonly hostAddress: string
  readonly nodeAddress: string
  readonly pods: string
  readonly services: string
  /** Address of the service `kubernetes`. */
  readonly apiService: string
  /** Name of the machine's end of the link. */
  readonly link: string
  /** Folder of this start: configuration, state, logs. */
  readonly folder: string
}

/** The name by which pods find the machine. */
export const HOST_NAME = 'host.backfill.internal'

/** The layout of node `number`, 0 to 9, with its state in `folder`. */
export function nodeLayout(number: number, folder: string): NodeLayout {
  const net = `10.${230 + number}`
  return {
    number,
    name: `backfill-k8s-${number}`,
    hostAddress: `${net}.0.1`,
    nodeAddress: `${net}.0.2`,
    pods: `${net}.1.0/24`,
    services: `${net}.2.0/24`,
    apiService: `${net}.2.1`,
    link: `bfk8s${number}`,
    folder,
  }
}

/** Paths below a node's folder. */
export function nodePaths({ folder }: NodeLayout): {
  readonly pki: string
  readonly logs: string
  readonly kubeconfig: string
  readonly containerd: string
} {
  return {
    pki: join(folder, 'pki'),
    logs: join(folder, 'logs'),
    kubeconfig: join(folder, 'admin.kubeconfig'),
    containerd: join(folder, 'containerd.sock'),
  }
}
