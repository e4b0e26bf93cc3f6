import type { Config } from '../../config/config.ts'
import { removeValue, replaceKey } from '../../config/edit.ts'
import { inlineSecrets, type InlineSecret } from '../../config/inline-secrets.ts'
import { loadConfig } from '../../config/load.ts'
import { Failure } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'
import type { CredentialStore, KeptSecret } from './credential-store.ts'

/**
 * Puts every inline secret of a valid configuration into the store, and makes the text refer to it; comments stay. `say` is told
 * of each. `CONFIG_INVALID` for a secret that a merge key brings in.
 */
export async function moveInlineSecrets(
  text: string,
  store: CredentialStore,
  say: (line: string) => Promise<void>,
): Promise<string> {
  let moved = text
  // Read anew after each one: an alias may have moved several at once.
  for (;;) {
    const { config } = loadConfig(moved)
    const next = config === undefined ? undefined : inlineSecrets(config)[0]
    if (config === undefined || next === undefined) return moved
    const place = next.path.join('.')
    if (replaceKey(moved, next.path, next.reference, '') === undefined) {
      throw new Failure('CONFIG_INVALID', 'it comes in by a merge key, so it cannot be moved', {
        op: 'move',
        subject: place,
        hint: 'Write authConfig out for this cluster; nothing was changed in the configuration.',
      })
    }
    const side = next.path[0] === 'sourceClusters' ? 'source' : 'target'
    const key = next.reference === 'passwordFromFile' ? 'password' : 'apiKey'
    const userName = inlineUserName(config, next)
    const values = new Map([
      [key, next.secret.value],
      ...(userName === undefined ? [] : [['username', userName] as const]),
    ])
    const kept = await store.adopt(`${side}-${next.cluster}`, key, values)
    moved = bySecretName(moved, next, kept) ?? replaceKey(moved, next.path, next.reference, kept.path)!
    await say(`${place} is now in ${kept.place}\n`)
  }
}

/** The text with `secretName` in place of what stands inline, where that says the same. */
function bySecretName(text: string, { path, reference }: InlineSecret, kept: KeptSecret): string | undefined {
  if (kept.secretName === undefined) return undefined
  const renamed = replaceKey(text, path, 'secretName', kept.secretName)
  if (renamed === undefined) return undefined
  const moved = reference === 'keyFromFile' ? renamed : removeValue(renamed, [...path.slice(0, -1), 'username'])
  return loadConfig(moved).config === undefined ? undefined : moved
}

function inlineUserName(config: Config, { path, cluster }: InlineSecret): Secret | undefined {
  const { auth } = (path[0] === 'sourceClusters' ? config.sources : config.targets)[cluster]!
  return auth.kind === 'basic' && auth.username.kind === 'inline' ? auth.username.value : undefined
}
