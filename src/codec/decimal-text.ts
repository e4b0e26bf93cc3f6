/**
 * The JSON text of `unscaled` × 10^−`scale`, as Java's `BigDecimal.toString` spells it: plain where few zeros are needed,
 * with an exponent elsewhere, so that a huge scale costs no memory.
 */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString()
  const sign = unscaled < 0n ? '-' : ''
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString()
  const exponent = digits.length - 1 - scale
  if (scale > 0 && exponent >= -6) {
    const padded = digits.padStart(scale + 1, '0')
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  return `${sign}${digits[0]!}${fraction}E${exponent < 0 ? '' : '+'}${exponent}`
}

/** The signed integer that big-endian two's-complement `bytes` spell; no bytes are zero. */
export function signedInteger(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`))
}
