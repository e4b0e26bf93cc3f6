import * as z from 'zod'

/** The schema under wrappers such as `optional`. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable) {
    inner = inner.unwrap()
  }
  return inner
}

/** The schema of the value at a path, undefined where the schema knows no such path. */
export function schemaAt(root: z.core.$ZodType, path: readonly string[]): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = unwrap(root)
  for (const key of path) {
    if (schema instanceof z.ZodObject) schema = (schema.shape as Record<string, z.core.$ZodType>)[key]
    else if (schema instanceof z.ZodArray) schema = schema.element
    else if (schema instanceof z.ZodRecord) schema = schema.valueType
    else return undefined
    if (schema === undefined) return undefined
    schema = unwrap(schema)
  }
  return schema
}

/** The keys that a map at a path may have; empty where any or none are allowed. */
export function keysAt(root: z.core.$ZodType, path: readonly string[]): readonly string[] {
  const schema = schemaAt(root, path)
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** Where in a schema a key is known: paths such as `migrations[].snapshotMigrations[]`, the top as an empty text. */
export function placesOf(root: z.core.$ZodType, key: string): readonly string[] {
  const places: string[] = []
  const walk = (schema: z.core.$ZodType, place: string): void => {
    const inner = unwrap(schema)
    if (inner instanceof z.ZodObject) {
      const shape: Readonly<Record<string, z.core.$ZodType>> = inner.shape
      for (const [name, value] of Object.entries(shape)) {
        if (name === key) places.push(place)
        walk(value, place === '' ? name : `${place}.${name}`)
      }
    } else if (inner instanceof z.ZodArray) {
      walk(inner.element, `${place}[]`)
    } else if (inner instanceof z.ZodRecord) {
      walk(inner.valueType, `${place}.<name>`)
    }
  }
  walk(root, '')
  return places
}
