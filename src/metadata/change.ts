import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import type { TimeName } from './time-fields.ts'

/** What was done to one place of a definition, and why: no translation is silent. */
export interface Change {
  /** Name of the rule, as in the documentation. */
  readonly rule: string
  readonly action:
    /** Says the same in the words of the target. */
    | 'changed'
    /** Left out. */
    | 'dropped'
    /** Replaced by something close; searches may behave differently. */
    | 'approximated'
    /** Sent as it was, though the target understands it differently. */
    | 'kept-different'
  /** Dotted path inside the body, such as `mappings.properties.title.type` or `settings.index.codec`. */
  readonly path: string
  /** Undefined when nothing was there. */
  readonly before: JsonValue | undefined
  /** Undefined when nothing is there any more. */
  readonly after: JsonValue | undefined
  readonly reason: string
}

/** Something without equivalent on the target: the translation says what it did, a configuration may decide otherwise. */
export interface Problem {
  readonly rule: string
  readonly path: string
  readonly detail: string
  /** What a user can do: an option of {@link TranslateOptions} with its choices, or work on either cluster. */
  readonly decision: string
  /** Set when something of every document is lost, so that their number matters. */
  readonly concerns?: 'every document'
}

/** What documents need beside being copied, so that they fit the translated mapping. */
export type DocumentTransform =
  /** Documents of several types become documents of one index; ids that two types share overwrite one another. */
  | { readonly kind: 'merge-types'; readonly types: readonly string[] }
  /** Documents need `field`: `{ "name": type }` for parents, `{ "name": type, "parent": id }` for children. */
  | {
      readonly kind: 'join'
      readonly field: string
      /** Child types by parent type. */
      readonly relations: Readonly<Record<string, readonly string[]>>
    }
  /** Documents need `field`: their value of the metadata field `from`, in milliseconds since 1970. */
  | { readonly kind: 'time'; readonly from: TimeName; readonly field: string }

/** A definition in the words of the target, with everything that was done to it. */
export interface Translated {
  /** Ready to be sent. */
  readonly body: JsonObject
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
  readonly documentTransforms: readonly DocumentTransform[]
}
