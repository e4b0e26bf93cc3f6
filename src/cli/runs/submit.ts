import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Failure, messageOf } from '../../core/failure.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Submission } from '../../engine/engine.ts'
import { usage, type CommandInput, type CommandRun } from '../command.ts'
import type { EngineChoice } from '../choose-engine.ts'
import { EXIT } from '../exit-codes.ts'
import { openEngine } from '../open-engine.ts'
import type { World } from '../world.ts'
import { exitCodeOfRun, suggest } from './manners.ts'
import { waitForRun } from './wait.ts'

/** `workflow submit`: makes the plan, hands it to the engine, prints the name, and waits if asked to. */
export const run: CommandRun = async (world, input) => {
  const timeoutSeconds = input.wholeNumber('timeout', 1)
  const wait = input.flag('wait')
  if (timeoutSeconds !== undefined && !wait) throw usage('--timeout has a meaning only with --wait')
  const json = input.text('output') === 'json'
  const { plan, engine: choice } = await planOf(world, input)
  const engine = await openEngine(world, choice)
  for (const warning of plan.warnings) await world.stderr.write(`Warning: ${warning}\n`)

  const name = input.text('name')
  const submission = await engine.submit(plan, {
    ...(name === undefined ? {} : { name }),
    fresh: input.flag('fresh'),
  })
  if (json) await world.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...submission })}\n`)
  else await world.stdout.write(`${submission.name}\n`)
  await world.stderr.write(explain(submission))
  if (!wait) {
    if (submission.kind !== 'unchanged') await suggest(world, ['workflow status', `workflow stop ${submission.name}`])
    return submission.kind === 'unchanged' ? exitCodeOfRun(await engine.view(submission.name)) : EXIT.done
  }
  return waitForRun(world, engine, submission.name, timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000)
}

function explain({ name, kind, skippedGroups = 0 }: Submission): string {
  switch (kind) {
    case 'started': {
      const skipped = `Groups that earlier workflows have done unchanged are skipped (${skippedGroups}); --fresh runs them again.\n`
      return `Workflow ${name} has started.\n${skippedGroups === 0 ? '' : skipped}`
    }
    case 'continued':
      return `Workflow ${name} of the same configuration goes on where it was.\n`
    case 'unchanged':
      return `Workflow ${name} of the same configuration has finished; nothing was started. --fresh runs it again.\n`
  }
}

/** Without an engine: that of this machine. */
async function planOf(
  world: World,
  input: CommandInput,
): Promise<{ readonly plan: Plan; readonly engine?: EngineChoice }> {
  const planFile = input.text('plan')
  if (planFile === undefined) {
    const { planFromConfig } = await import('../plan-from-config.ts')
    return planFromConfig(world)
  }
  if (world.where?.file !== undefined) throw usage('--plan and --file exclude each other')
  return { plan: await readPlanFile(resolve(world.cwd, planFile)) }
}

/** A plan that `workflow plan --out` wrote. */
async function readPlanFile(path: string): Promise<Plan> {
  const failing = { op: 'read', subject: `plan ${path}`, hint: 'Write one with workflow plan --out FILE.' }
  try {
    // Written by this program; the digest and the version say whether it is one.
    const plan = JSON.parse(await readFile(path, 'utf8')) as Plan
    if ((plan.schemaVersion as number) === 1 && typeof plan.configDigest === 'string') return withoutForecast(plan)
  } catch (cause) {
    const detail = cause instanceof SyntaxError ? `it is not JSON: ${cause.message}` : messageOf(cause)
    throw new Failure('CONFIG_INVALID', detail, { ...failing, cause })
  }
  throw new Failure('CONFIG_INVALID', 'it is not a plan of schema version 1', failing)
}

/** What the target had when the plan was written is nothing to go by. */
function withoutForecast(plan: Plan): Plan {
  return { ...plan, migrations: plan.migrations.map(({ objects: _forecast, ...migration }) => migration) }
}
