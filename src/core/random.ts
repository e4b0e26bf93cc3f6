/** Randomness as the program sees it; tests pass a seeded one. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** `bytes` random bytes as lower-case hexadecimal. */
  hex(bytes: number): string
}

/** The randomness of this machine. */
export const systemRandom: Random = {
  next: () => Math.random(),
  // Loaded when it is asked for: cryptography is a tenth of the start of a command that needs none.
  hex: (bytes) => process.getBuiltinModule('node:crypto').randomBytes(bytes).toString('hex'),
}
