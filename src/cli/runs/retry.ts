import { jsonOutput } from '../json-output.ts'
import { counted, formatCount } from '../../core/units.ts'
import { usage, type CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { withRun } from './with-run.ts'

/** `workflow retry --rejects`: sends rejected documents again; exit 3 when some are still not in the target. */
export const run: CommandRun = (world, input) => {
  if (!input.flag('rejects')) throw usage('--rejects is missing; to go on with a workflow use workflow resume')
  return withRun(world, input.args[0], async ({ name }, clusters, engine) => {
    const steps = await engine.retryRejects(name, clusters)
    const acknowledged = steps.reduce((total, step) => total + step.acknowledged, 0)
    const rejected = steps.reduce((total, step) => total + step.rejected, 0)
    const counts = steps.flatMap((step) => Object.values(step.indices))
    const sourceless = counts.reduce((total, index) => total + index.sourceless, 0)
    const skipped = counts.reduce((total, index) => total + index.skipped, 0)
    if (input.text('output') === 'json') {
      const result = { name, acknowledged, skipped, rejected, sourceless, steps }
      await world.stdout.write(jsonOutput(result))
    } else if (acknowledged + skipped + rejected === 0) {
      await world.stderr.write(`Workflow ${name} has no rejects.\n`)
    } else {
      const kept = skipped === 0 ? '' : `, ${formatCount(skipped)} left as the target had them`
      const without = sourceless === 0 ? '' : `, ${formatCount(sourceless)} of them without a stored source`
      await world.stdout.write(
        `${counted(acknowledged, 'document')} acknowledged${kept}, ${formatCount(rejected)} left${without}\n`,
      )
    }
    return rejected === 0 ? EXIT.done : EXIT.rejects
  })
}
