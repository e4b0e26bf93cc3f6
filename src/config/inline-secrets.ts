import type { Config, ConfigSecret } from './config.ts'

/** A secret that stands in the text of a configuration. */
export interface InlineSecret {
  /** Keys that lead to it. */
  readonly path: readonly string[]
  /** The cluster that it is for. */
  readonly cluster: string
  /** The key that refers to a file in its place: `passwordFromFile`, `keyFromFile`. */
  readonly reference: 'passwordFromFile' | 'keyFromFile'
  readonly secret: Extract<ConfigSecret, { readonly kind: 'inline' }>
}

/** The passwords and API keys that stand in the text, in its order; user names are no secrets. */
export function inlineSecrets(config: Config): readonly InlineSecret[] {
  return [...Object.values(config.sources), ...Object.values(config.targets)].flatMap(({ name, auth }) => {
    const secret = auth.kind === 'basic' ? auth.password : auth.kind === 'apiKey' ? auth.key : undefined
    if (secret?.kind !== 'inline') return []
    const reference = auth.kind === 'basic' ? 'passwordFromFile' : 'keyFromFile'
    return [{ path: secret.path, cluster: name, reference, secret }]
  })
}
