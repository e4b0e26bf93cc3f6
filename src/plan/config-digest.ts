import { createHash } from 'node:crypto'
import type { Config, ConfigCluster } from '../config/config.ts'

/**
 * SHA-256 of what a configuration asks for, lower-case hexadecimal. How it is written (form, order of keys, labels) and how
 * clusters are told who we are do not count: a new password changes nothing that is done.
 */
export function configDigest(config: Config): string {
  const { form: _form, engine: _engine, sources, targets, migrations, ...rest } = config
  const meaning = {
    ...rest,
    sources: mapValues(sources, withoutIdentity),
    targets: mapValues(targets, withoutIdentity),
    migrations: migrations.map((migration) => ({
      ...migration,
      groups: migration.groups.map(({ path: _path, label: _label, ...group }) => group),
    })),
  }
  return createHash('sha256')
    .update(JSON.stringify(canonical(meaning)))
    .digest('hex')
}

function withoutIdentity({ auth: _auth, tls: _tls, ...cluster }: ConfigCluster): object {
  return cluster
}

function mapValues<A>(record: Readonly<Record<string, A>>, change: (value: A) => object): Record<string, object> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

/** The same value with the members of every object in alphabetic order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, canonical(member)]),
  )
}
