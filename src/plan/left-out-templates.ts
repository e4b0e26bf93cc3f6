import type { ConfigMigration } from '../config/config.ts'
import { isFailure } from '../core/failure.ts'
import { selectTemplates, templateFilters, type LeftOut } from '../metadata/select-templates.ts'
import type { ResolvedIndices } from './resolve-indices.ts'

/** The templates that a migration does not move, with the reason; where they cannot be asked for, that is a warning. */
export async function leftOutTemplates(
  { groups }: Pick<ConfigMigration, 'groups'>,
  resolved: Pick<ResolvedIndices, 'templates'>,
  warnings: string[],
): Promise<readonly LeftOut[]> {
  // Templates belong to no group; the first one that migrates metadata brings them.
  const first = groups.find(({ metadata }) => metadata.enabled)
  if (first === undefined) return []
  const { indexTemplates, componentTemplates } = first.metadata
  try {
    return selectTemplates(await resolved.templates(), templateFilters(indexTemplates, componentTemplates)).leftOut
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    warnings.push(`templates that are left out are not listed: ${error.message}`)
    return []
  }
}
