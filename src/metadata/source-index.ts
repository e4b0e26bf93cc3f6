import type { JsonObject } from '../codec/json-value.ts'
import type { FlatSettings } from './flat-settings.ts'
import type { ProductVersion } from './version-range.ts'

/** The mapping of one type, without the type level. */
export interface SourceMapping {
  readonly type: string
  readonly mapping: JsonObject
}

/** An index as the snapshot describes it. */
export interface SourceIndex {
  readonly name: string
  /** The version that created the index: it decides how its mapping is to be read. */
  readonly createdVersion: ProductVersion
  readonly settings: FlatSettings
  /** In the order of the snapshot; empty when the index has no mapping. */
  readonly mappings: readonly SourceMapping[]
  /** Alias definitions by name. */
  readonly aliases: ReadonlyMap<string, JsonObject>
  /** Routing factor, 5.0 and later. */
  readonly routingNumShards: number | undefined
}
