import { resolve } from 'node:path'
import type { Config, ConfigAuth, ConfigCluster, ConfigRepository, ConfigSecret } from '../config/config.ts'

/**
 * The same configuration with every file and folder of this machine as an absolute path, relative ones below `base`, so that
 * the plan means the same wherever it is carried out.
 */
export function withAbsoluteFiles(config: Config, base: string): Config {
  const cluster = <C extends ConfigCluster>(wanted: C): C => ({
    ...wanted,
    auth: absoluteAuth(wanted.auth, base),
    tls: { ...wanted.tls, ...(wanted.tls.caFile !== undefined && { caFile: resolve(base, wanted.tls.caFile) }) },
  })
  const { defaultRepository } = config
  return {
    ...config,
    ...(defaultRepository !== undefined && { defaultRepository: absoluteRepository(defaultRepository, base) }),
    sources: mapValues(config.sources, (source) => ({
      ...cluster(source),
      ...(source.repository !== undefined && { repository: absoluteRepository(source.repository, base) }),
    })),
    targets: mapValues(config.targets, cluster),
    migrations: config.migrations.map((migration) => ({
      ...migration,
      ...(migration.repository !== undefined && { repository: absoluteRepository(migration.repository, base) }),
    })),
  }
}

function absoluteAuth(auth: ConfigAuth, base: string): ConfigAuth {
  switch (auth.kind) {
    case 'none':
    case 'sigv4':
      return auth
    case 'basic':
      return { ...auth, username: absoluteSecret(auth.username, base), password: absoluteSecret(auth.password, base) }
    case 'apiKey':
      return { ...auth, key: absoluteSecret(auth.key, base) }
    case 'mtls':
      return { ...auth, certFile: resolve(base, auth.certFile), keyFile: resolve(base, auth.keyFile) }
  }
}

function absoluteSecret(secret: ConfigSecret, base: string): ConfigSecret {
  return secret.kind === 'file' ? { ...secret, path: resolve(base, secret.path) } : secret
}

function absoluteRepository(repository: ConfigRepository, base: string): ConfigRepository {
  if (repository.type === 's3' || repository.localPath === undefined) return repository
  return { ...repository, localPath: resolve(base, repository.localPath) }
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
