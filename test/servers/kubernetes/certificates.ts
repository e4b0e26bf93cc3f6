import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type NodeLayout, nodePaths } from './node-layout.ts'

const ADMINS = ['admin', 'apiserver-kubelet']
const COMPONENTS = ['kube-controller-manager', 'kube-scheduler', 'kube-proxy']

/** Makes the certificate authority, a certificate and a kubeconfig for every component, and the administrator's kubeconfig. */
export function makeCertificates(layout: NodeLayout): void {
  const { pki, kubeconfig } = nodePaths(layout)
  mkdirSync(pki, { recursive: true, mode: 0o700 })
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: pki, stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '30', '-subj', '/CN=test-ca')
  openssl('genrsa', '-out', 'sa.key', '2048')
  const certificate = (name: string, subject: string, extensions: string): void => {
    writeFileSync(join(pki, `${name}.ext`), extensions)
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', `${name}.ext`]
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.crt`)
  }
  const names = ['', '.default', '.default.svc', '.default.svc.cluster.local'].map((end) => `DNS:kubernetes${end}`)
  const addresses = ['127.0.0.1', layout.nodeAddress, layout.apiService].map((address) => `IP:${address}`)
  const alternatives = ['DNS:localhost', ...names, ...addresses].join(',')
  certificate('apiserver', '/CN=kube-apiserver', `subjectAltName=${alternatives}\nextendedKeyUsage=serverAuth\n`)
  const subjects = new Map([
    ...ADMINS.map((name) => [name, `/O=system:masters/CN=${name}`] as const),
    ...COMPONENTS.map((name) => [name, `/CN=system:${name}`] as const),
    ['kubelet', `/O=system:nodes/CN=system:node:${layout.name}`],
  ])
  for (const [name, subject] of subjects) {
    certificate(name, subject, 'extendedKeyUsage=clientAuth\n')
    const text = clientKubeconfig(layout, {
      'client-certificate-data': base64(join(pki, `${name}.crt`)),
      'client-key-data': base64(join(pki, `${name}.key`)),
    })
    writeFileSync(join(pki, `${name}.kubeconfig`), text, { mode: 0o600 })
    if (name === 'admin') writeFileSync(kubeconfig, text, { mode: 0o600 })
  }
}

/** A kubeconfig for this node with the given way to say who one is; JSON, which is YAML. */
export function clientKubeconfig(
  layout: NodeLayout,
  user: Readonly<Record<string, string>>,
  namespace = 'default',
): string {
  const server = `https://${layout.nodeAddress}:6443`
  const authority = base64(join(nodePaths(layout).pki, 'ca.crt'))
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
    'current-context': 'test',
  })
}

function base64(file: string): string {
  return readFileSync(file).toString('base64')
}
