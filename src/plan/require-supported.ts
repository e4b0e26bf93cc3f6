import type { Config } from '../config/config.ts'
import { Failure } from '../core/failure.ts'

/**
 * Refuses what a configuration may say but this release does not do, before anything is asked or changed: a wish that is
 * accepted and then ignored would be worse than none. `CONFIG_INVALID` names every place.
 */
export function requireSupported(config: Config): void {
  const places = config.migrations.flatMap((migration) =>
    migration.groups.flatMap((group) => (group.backfill.transform === undefined ? [] : [group.path.join('.')])),
  )
  if (places.length === 0) return
  throw new Failure('CONFIG_INVALID', places.map((place) => `${place}.documentBackfill.transform`).join(', '), {
    op: 'plan',
    subject: 'a configuration with what this release does not do yet',
    hint: 'Take these keys out: documents go over as they are.',
  })
}
