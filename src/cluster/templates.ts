import * as z from 'zod'
import { call, callOr, type JsonObject } from './call.ts'
import type { Cluster } from './cluster.ts'
import { typeNameQuery } from './indices.ts'
import { acknowledgedSchema, ifMissing, objectsSchema } from './shapes.ts'

/** Templates and their like by name, their content as the cluster writes it. */
export type NamedObjects = Readonly<Record<string, JsonObject>>

const anyObject = z.record(z.string(), z.unknown())
const indexTemplatesSchema = z.object({
  index_templates: z.array(z.object({ name: z.string(), index_template: anyObject })),
})
const componentTemplatesSchema = z.object({
  component_templates: z.array(z.object({ name: z.string(), component_template: anyObject })),
})

/** All legacy templates. With `typed` their mappings keep the type names, where the version knows them. Changes nothing. */
export function getLegacyTemplates(
  cluster: Cluster,
  options: { readonly typed?: boolean },
  signal: AbortSignal,
): Promise<NamedObjects> {
  const query = typeNameQuery(cluster, options.typed)
  return call(cluster, { method: 'GET', path: ['_template'], query }, objectsSchema, signal)
}

/** Writes a legacy template, replacing one of that name. Idempotent. */
export async function putLegacyTemplate(
  cluster: Cluster,
  name: string,
  body: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  await call(cluster, { method: 'PUT', path: ['_template', name], body }, acknowledgedSchema, signal)
}

/** All composable index templates; none where the version has no such thing. Changes nothing. */
export async function getIndexTemplates(cluster: Cluster, signal: AbortSignal): Promise<NamedObjects> {
  if (!cluster.quirks.composableTemplates) return {}
  const wanted = { method: 'GET', path: ['_index_template'] } as const
  const found = await callOr(cluster, wanted, indexTemplatesSchema, ifMissing, signal)
  if (found === 'missing') return {}
  return Object.fromEntries(found.index_templates.map(({ name, index_template: content }) => [name, content]))
}

/** Writes an index template, replacing one of that name. Idempotent. */
export async function putIndexTemplate(
  cluster: Cluster,
  name: string,
  body: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  await call(cluster, { method: 'PUT', path: ['_index_template', name], body }, acknowledgedSchema, signal)
}

/** All component templates; none where the version has no such thing. Changes nothing. */
export async function getComponentTemplates(cluster: Cluster, signal: AbortSignal): Promise<NamedObjects> {
  if (!cluster.quirks.composableTemplates) return {}
  const wanted = { method: 'GET', path: ['_component_template'] } as const
  const found = await callOr(cluster, wanted, componentTemplatesSchema, ifMissing, signal)
  if (found === 'missing') return {}
  return Object.fromEntries(found.component_templates.map(({ name, component_template: content }) => [name, content]))
}

/** Writes a component template, replacing one of that name. Idempotent. */
export async function putComponentTemplate(
  cluster: Cluster,
  name: string,
  body: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  await call(cluster, { method: 'PUT', path: ['_component_template', name], body }, acknowledgedSchema, signal)
}
