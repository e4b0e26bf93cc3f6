import type { Secret } from '../../core/secret.ts'
import { usage } from '../command.ts'

/** A credential that is kept: a name and the keys that have a value. */
export interface StoredCredential {
  readonly name: string
  readonly keys: readonly string[]
}

/** Values by their keys, which are those of {@link CREDENTIAL_KEYS}. */
export type CredentialValues = ReadonlyMap<string, Secret>

/** A reference to a kept value in a configuration. */
export interface KeptSecret {
  /** What is said to the user: a file, or a key of a Secret. */
  readonly place: string
  /** Path by which `passwordFromFile` and `keyFromFile` find it. */
  readonly path: string
  /** What `secretName` finds it by; undefined where the path is to be used. */
  readonly secretName?: string
}

/** User names, passwords and API keys outside of the configuration: files of this user, or Secrets of the namespace. */
export interface CredentialStore {
  /** Every credential that is kept, by name. */
  list(): Promise<readonly StoredCredential[]>
  /** Keeps values, beside those of other keys, and says where. `USAGE` for a name that cannot be used. */
  put(name: string, values: CredentialValues): Promise<string>
  /** False when there was none of that name. */
  remove(name: string): Promise<boolean>
  /** Keeps values that stood in a configuration, under this name or one like it, and never changes what others refer to. */
  adopt(name: string, key: string, values: CredentialValues): Promise<KeptSecret>
}

/** The keys that a credential can have. */
export const CREDENTIAL_KEYS: readonly string[] = ['username', 'password', 'apiKey']

/** The credential as it is kept; `USAGE` when there is none of that name. */
export async function requireCredential(store: CredentialStore, name: string): Promise<StoredCredential> {
  const found = (await store.list()).find((credential) => credential.name === name)
  if (found !== undefined) return found
  throw usage(`there is no credential '${name}'; workflow configure credentials list shows those that there are`)
}
