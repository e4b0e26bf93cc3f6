import type { JsonObject } from '../../codec/json-value.ts'

/** True when a mapping turns something on; old versions write truth as text, too. */
export function isOn(mapping: JsonObject, name: string): boolean {
  const value = mapping[name]
  return value === true || value === 'true' || value === 'yes'
}

/** True when a mapping turns something off that is on by default. */
export function isOff(mapping: JsonObject, name: string): boolean {
  const value = mapping[name]
  return value === false || value === 'false' || value === 'no'
}
