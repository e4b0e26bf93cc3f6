import type { Cluster } from '../cluster/cluster.ts'
import {
  getComponentTemplates,
  getIndexTemplates,
  getLegacyTemplates,
  type NamedObjects,
} from '../cluster/templates.ts'
import type { JsonObject } from '../codec/json-value.ts'
import {
  selectTemplates,
  templateFilters,
  type TemplateSelection,
  type TemplateSource,
} from '../metadata/select-templates.ts'
import {
  translateComponentTemplate,
  translateIndexTemplate,
  translateLegacyTemplate,
} from '../metadata/translate-template.ts'
import type { GlobalMetadata } from '../repository/global-metadata.ts'
import { migrateObject, type MigratedObject } from './migrate-object.ts'
import type { Translation } from './translation.ts'

/** The templates that a group's configuration chooses. */
export function chosenTemplates(global: GlobalMetadata, { group }: Pick<Translation, 'group'>): TemplateSelection {
  return selectTemplates(global, templateFilters(group.metadata.templates, group.metadata.componentTemplates))
}

/** Writes templates in the order in which they depend on each other; `done` is told of each. */
export async function migrateTemplates(
  selection: TemplateSource,
  { source, target, to, group }: Translation,
  done: (object: MigratedObject) => void,
  signal: AbortSignal,
): Promise<void> {
  const kinds = [
    ['component template', selection.componentTemplates, translateComponentTemplate, getComponentTemplates],
    ['index template', selection.indexTemplates, translateIndexTemplate, getIndexTemplates],
    [
      'legacy template',
      selection.legacyTemplates,
      translateLegacyTemplate,
      (cluster: Cluster, at: AbortSignal): Promise<NamedObjects> => getLegacyTemplates(cluster, {}, at),
    ],
  ] as const
  const { existingIndex, options } = group.metadata
  for (const [kind, definitions, translate, get] of kinds) {
    if (definitions.size === 0) continue
    const there = await get(target, signal)
    for (const [name, definition] of definitions) {
      const translated = translate({ name, source, definition }, to, options)
      // Parsed from the target's JSON by the client, so the members are JSON values.
      const found = there[name] as JsonObject | undefined
      done(await migrateObject({ kind, name, translated, found }, existingIndex, target, signal))
    }
  }
}
