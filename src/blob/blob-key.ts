import { Failure } from '../core/failure.ts'

/**
 * Throws `STORE_DENIED` for a key or prefix that would lead out of its store or name one blob in two ways: an empty, `.`
 * or `..` part, or a zero character. A last part that is empty (a prefix such as `indices/`) is allowed when `prefix`.
 */
export function checkKey(key: string, kind: 'key' | 'prefix', uri: string): void {
  const parts = key.split('/')
  const named = kind === 'prefix' && parts.at(-1) === '' ? parts.slice(0, -1) : parts
  if (!key.includes('\0') && !named.some((part) => part === '' || part === '.' || part === '..')) return
  throw new Failure('STORE_DENIED', `the ${kind} ${JSON.stringify(key)} could lead outside of it`, {
    op: 'look into',
    subject: uri,
  })
}
