import { getComponentTemplates, getIndexTemplates, getLegacyTemplates } from '../cluster/templates.ts'
import type { JsonObject } from '../codec/json-value.ts'
import type { WantedObject } from '../metadata/judge-object.ts'
import {
  selectTemplates,
  templateFilters,
  type TemplateSelection,
  type TemplateSource,
} from '../metadata/select-templates.ts'
import { wantedTemplates } from '../metadata/wanted-templates.ts'
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
  const { existingIndex, options } = group.metadata
  const wanted = wantedTemplates(selection, source, to, options)
  const has = (kind: WantedObject['kind']): boolean => wanted.some((one) => one.kind === kind)
  const there: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'component template': has('component template') ? await getComponentTemplates(target, signal) : {},
    'index template': has('index template') ? await getIndexTemplates(target, signal) : {},
    'legacy template': has('legacy template') ? await getLegacyTemplates(target, {}, signal) : {},
  }
  for (const one of wanted) {
    // Parsed from the target's JSON by the client, so the members are JSON values.
    const found = there[one.kind]?.[one.name] as JsonObject | undefined
    done(await migrateObject(one, found, existingIndex, target, signal))
  }
}
