/** A secret value that shows itself only through {@link Secret.reveal}: printing, inspecting and JSON give `[redacted]`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value, for the one place that puts it on the wire. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]'
  }
}

/** Where a secret is to be found; safe to store in a plan. */
export type SecretRef =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  /** Key `key` of the Kubernetes Secret (or local credential) `name`. */
  | { readonly kind: 'secret'; readonly name: string; readonly key: string }
  /** Written inline in a configuration: the file (undefined: the saved configuration) and the path of keys in it. */
  | { readonly kind: 'config'; readonly file?: string; readonly path: readonly string[] }
