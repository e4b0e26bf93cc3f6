import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOST_NAME, type NodeLayout, nodePaths } from './node-layout.ts'

/** Image that holds the namespaces of a pod. */
export const PAUSE_IMAGE = 'localhost/backfill-tests/pause:1'

/** Writes the configuration files of containerd, its networks, the kubelet, kube-proxy and CoreDNS. */
export function writeConfiguration(layout: NodeLayout): void {
  const { folder, pods, nodeAddress, name } = layout
  const { pki, containerd } = nodePaths(layout)
  const write = (path: string, content: string | object): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  write('cni/10-bridge.conflist', {
    cniVersion: '0.4.0',
    name,
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: pods }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: join(folder, 'cni-ipam'),
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  })
  write('containerd.toml', containerdToml(folder, containerd))
  // The node's own resolver has nothing to say; without an answer at once every lookup would wait for it.
  write('resolv.conf', 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')
  write('kubelet.yaml', {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '0.0.0.0',
    port: 10250,
    healthzBindAddress: '127.0.0.1',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: join(pki, 'ca.crt') },
    },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${name}`,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    containerRuntimeEndpoint: `unix://${containerd}`,
    resolvConf: join(folder, 'resolv.conf'),
    clusterDNS: [nodeAddress],
    clusterDomain: 'cluster.local',
    podCIDR: pods,
    syncFrequency: '10s',
    nodeStatusUpdateFrequency: '5s',
    imageMinimumGCAge: '100h',
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    serializeImagePulls: false,
    registerNode: true,
    maxPods: 200,
    kubeAPIQPS: 100,
    kubeAPIBurst: 200,
  })
  write('proxy.yaml', {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    bindAddress: nodeAddress,
    clientConnection: { kubeconfig: join(pki, 'kube-proxy.kubeconfig') },
    mode: 'iptables',
    clusterCIDR: pods,
    hostnameOverride: name,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  })
  write('hosts', `${layout.hostAddress} ${HOST_NAME}\n`)
  write('Corefile', corefile(layout))
}

/** Makes the node's own control groups, where the machine has the first version of them. */
export function makeControlGroups({ name }: NodeLayout): void {
  for (const kind of ['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids', 'systemd']) {
    if (existsSync(`/sys/fs/cgroup/${kind}`)) mkdirSync(`/sys/fs/cgroup/${kind}/${name}`, { recursive: true })
  }
}

function containerdToml(folder: string, socket: string): string {
  return `version = 2
root = "${folder}/containerd-root"
state = "${folder}/containerd-state"
oom_score = 0
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`
}

function corefile({ folder, nodeAddress }: NodeLayout): string {
  return `.:53 {
  bind ${nodeAddress}
  errors
  hosts ${folder}/hosts {
    fallthrough
  }
  kubernetes cluster.local {
    kubeconfig ${folder}/admin.kubeconfig test
  }
  ready 127.0.0.1:8181
  cache 5
}
`
}
