import { gunzipSync, gzipSync } from 'node:zlib'
import type { Clock } from '../core/clock.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { formatBytes } from '../core/units.ts'
import type { Kubernetes, KubernetesObject } from '../kubernetes/kubernetes.ts'
import type { ConfigStore, ConfigVersionKept } from './config-store.ts'
import { hasErrors } from './diagnostic.ts'

/** Name of the ConfigMap with the saved configuration of a namespace. */
export const CONFIG_MAP = 'backfill-workflow-config'

const CURRENT = 'config.yaml'
const KEPT_VERSIONS = 20
/** A ConfigMap holds a megabyte at most, base64 and metadata included. */
const MAX_BYTES = 900_000
/** Saves of several people at one moment are all carried out, one after the other. */
const MAX_ATTEMPTS = 8

interface Version {
  readonly number: number
  readonly replacedAt: number
  /** gzip, base64. */
  readonly data: string
}

interface Content {
  readonly object: KubernetesObject | undefined
  readonly text: string | undefined
  /** Newest first. */
  readonly versions: readonly Version[]
}

/**
 * The saved configuration in a ConfigMap of the namespace: the text as `config.yaml`, earlier ones compressed beside it.
 * `CONFIG_INVALID` for a text that does not fit into a ConfigMap, `KUBERNETES_CONFLICT` when others keep saving, `KUBERNETES_…`.
 */
export function kubernetesConfigStore(kubernetes: Kubernetes, clock: Clock): ConfigStore {
  const place = `ConfigMap ${CONFIG_MAP} in namespace ${kubernetes.namespace}`

  async function content(): Promise<Content> {
    const object = await kubernetes.get('ConfigMap', CONFIG_MAP)
    const data = (object?.['data'] ?? {}) as Readonly<Record<string, string>>
    const binary = (object?.['binaryData'] ?? {}) as Readonly<Record<string, string>>
    const versions = Object.entries(binary).flatMap(([key, value]) => {
      const parts = /^version-(\d+)-(\d+)\.yaml\.gz$/.exec(key)
      return parts === null ? [] : [{ number: Number(parts[1]), replacedAt: Number(parts[2]), data: value }]
    })
    return { object, text: data[CURRENT], versions: versions.sort((a, b) => b.number - a.number) }
  }

  /** Writes `text` (undefined: none) in place of what is there, which becomes a version. False when nothing changed. */
  async function change(text: string | undefined): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      const before = await content()
      if (before.text === text) return false
      const manifest = manifestOf(text, versionsAfter(before, clock.now()), place)
      try {
        if (before.object === undefined) await kubernetes.create(manifest)
        else await kubernetes.replace({ ...manifest, metadata: { ...before.object.metadata, ...labels() } })
        return true
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || !isFailure(error, 'KUBERNETES_CONFLICT', 'KUBERNETES_EXISTS')) throw error
      }
    }
  }

  return {
    place,
    read: async () => (await content()).text,
    save: async (text) => {
      // Commands that only read the text do not wait for the schema to load.
      const { loadConfig } = await import('./load.ts')
      const loaded = loadConfig(text)
      if (!hasErrors(loaded.diagnostics)) await change(text)
      return loaded
    },
    clear: () => change(undefined),
    previous: async () =>
      (await content()).versions.map(({ number, replacedAt, data }): ConfigVersionKept => ({
        number,
        replacedAt,
        read: () => Promise.resolve(gunzipSync(Buffer.from(data, 'base64')).toString('utf8')),
      })),
  }
}

function versionsAfter({ text, versions }: Content, now: number): readonly Version[] {
  if (text === undefined) return versions
  const number = (versions[0]?.number ?? 0) + 1
  return [{ number, replacedAt: now, data: gzipSync(text).toString('base64') }, ...versions].slice(0, KEPT_VERSIONS)
}

/** As many of the newest versions as there is room for. */
function manifestOf(text: string | undefined, versions: readonly Version[], place: string): KubernetesObject {
  let bytes = Buffer.byteLength(text ?? '')
  if (bytes > MAX_BYTES) {
    throw new Failure('CONFIG_INVALID', `it has ${formatBytes(bytes)}, and ${formatBytes(MAX_BYTES)} fit into it`, {
      op: 'save configuration in',
      subject: place,
      hint: 'Keep it in a file, and pass that with -f FILE.',
    })
  }
  const binaryData: Record<string, string> = {}
  for (const { number, replacedAt, data } of versions) {
    bytes += data.length
    if (bytes > MAX_BYTES) break
    binaryData[`version-${number}-${replacedAt}.yaml.gz`] = data
  }
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CONFIG_MAP, ...labels() },
    data: text === undefined ? {} : { [CURRENT]: text },
    binaryData,
  }
}

function labels(): { readonly labels: Readonly<Record<string, string>> } {
  return {
    labels: { 'app.kubernetes.io/name': 'backfill-workflow', 'app.kubernetes.io/component': 'configuration' },
  }
}
