import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached } from '../cache.ts'
import { runCommand } from '../command.ts'
import { BootError, commandMissing, redactUrls } from '../messages.ts'

/** Version of the Kubernetes components; the modules of `go/kube/go.mod` are of it. */
export const KUBERNETES_VERSION = 'v1.34.4'
/** Version of Argo Workflows. */
export const ARGO_VERSION = 'v3.6.10'

const GO = fileURLToPath(new URL('go/', import.meta.url))
const ARGO_MODULE = 'github.com/argoproj/argo-workflows/v3'
const KUBE_VERSION_PACKAGE = 'k8s.io/component-base/version'

/**
 * The folder with `kubeall` (every component and kubectl), `coredns`, `pause`, `argoexec`, `workflow-controller` and Argo's
 * own manifests (`argo/crds`, `argo/install`), built from Go modules on first use: about twelve minutes on two cores, seconds
 * when Go's build cache has them. `say` is told what is being built.
 */
export async function kubernetesBinaries(say: (line: string) => void = () => undefined): Promise<string> {
  const sources = readdirSync(GO, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(go|mod|sum)$/.test(name))
    .sort()
    .map((name) => [name, readFileSync(join(GO, name), 'utf8')])
  const digest = createHash('sha256')
    .update(JSON.stringify([KUBERNETES_VERSION, ARGO_VERSION, sources]))
    .digest('hex')
  const build = async (folder: string): Promise<void> => {
    say('building Kubernetes')
    await goBuild(copied('kube', folder), join(folder, 'kubeall'), [
      `-X ${KUBE_VERSION_PACKAGE}.gitVersion=${KUBERNETES_VERSION} -X ${KUBE_VERSION_PACKAGE}.gitMajor=1`,
      `-X ${KUBE_VERSION_PACKAGE}.gitMinor=34 -X ${KUBE_VERSION_PACKAGE}.gitTreeState=clean`,
      `-X ${KUBE_VERSION_PACKAGE}.gitCommit=module -X ${KUBE_VERSION_PACKAGE}.buildDate=2025-01-01T00:00:00Z`,
      `-X k8s.io/client-go/pkg/version.gitVersion=${KUBERNETES_VERSION}`,
    ])
    symlinkSync('kubeall', join(folder, 'kubectl'))
    await buildArgo(folder, say)
    say('building CoreDNS')
    await goBuild(copied('coredns', folder), join(folder, 'coredns'), [])
    await goBuild(copied('pause', folder), join(folder, 'pause'), [])
    rmSync(join(folder, 'sources'), { recursive: true })
  }
  return cached(`kubernetes-${KUBERNETES_VERSION}-${digest.slice(0, 10)}`, build, 'go')
}

/** A copy that Go may write to. */
function copied(name: string, folder: string): string {
  const copy = join(folder, 'sources', name)
  cpSync(join(GO, name), copy, { recursive: true })
  return copy
}

/**
 * Argo is built inside a copy of its module: the module lacks one file that upstream has as a symbolic link, and a build in
 * the module's own folder needs no list of versions.
 */
async function buildArgo(folder: string, say: (line: string) => void): Promise<void> {
  const answer = await go(folder, ['mod', 'download', '-json', `${ARGO_MODULE}@${ARGO_VERSION}`])
  const module = (JSON.parse(answer) as { Dir: string }).Dir
  const copy = join(folder, 'sources', 'argo')
  const left = ['docs', 'ui', 'examples', 'sdks'].map((name) => join(module, name))
  cpSync(module, copy, { recursive: true, filter: (path) => !left.includes(path) && !path.endsWith('_test.go') })
  makeWritable(copy)
  const signals = join(copy, 'workflow', 'executor', 'os-specific')
  cpSync(join(signals, 'signal_darwin.go'), join(signals, 'signal_linux.go'))
  const flags = [`-X ${ARGO_MODULE}.version=${ARGO_VERSION} -X ${ARGO_MODULE}.gitTag=${ARGO_VERSION}`]
  flags.push(`-X ${ARGO_MODULE}.gitCommit=module0 -X ${ARGO_MODULE}.gitTreeState=clean`)
  for (const name of ['argoexec', 'workflow-controller']) {
    say(`building Argo's ${name}`)
    await goBuild(copy, join(folder, name), flags, `./cmd/${name}`)
  }
  for (const name of ['crds', 'install']) mkdirSync(join(folder, 'argo', name), { recursive: true })
  const manifests = join(copy, 'manifests')
  copyMatching(join(manifests, 'base/crds/minimal'), join(folder, 'argo/crds'), /^argoproj\.io_.*\.yaml$/)
  const roles = /^workflow-controller-(cluster)?role\.yaml$/
  copyMatching(join(manifests, 'cluster-install/workflow-controller-rbac'), join(folder, 'argo/install'), roles)
  copyMatching(join(manifests, 'base/workflow-controller'), join(folder, 'argo/install'), /-sa\.yaml$/)
}

function copyMatching(from: string, to: string, names: RegExp): void {
  for (const name of readdirSync(from).filter((file) => names.test(file))) cpSync(join(from, name), join(to, name))
}

/** Files of the module cache are read-only, and so would be their copies. */
function makeWritable(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) makeWritable(path)
    else if (entry.isFile()) chmodSync(path, 0o644)
  }
}

async function goBuild(folder: string, binary: string, values: readonly string[], what = '.'): Promise<void> {
  const flags = ['-buildvcs=false', '-trimpath', '-ldflags', ['-s -w', ...values].join(' ')]
  await go(folder, ['build', ...flags, '-o', binary, what])
}

async function go(cwd: string, args: readonly string[]): Promise<string> {
  const { code, output } = await runCommand('nice', ['-n', '10', 'go', ...args], {
    cwd,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' },
    missing: commandMissing('nice', 'build Kubernetes'),
  })
  if (code === 0) return output.slice(Math.max(0, output.indexOf('{')))
  const lines = redactUrls(output).trim().split('\n').slice(-15)
  throw new BootError(`build Kubernetes: go ${args[0]} ended with code ${code}:\n  ${lines.join('\n  ')}`)
}
