import { jsonOutput } from '../json-output.ts'
import { diagnose } from '../../doctor/diagnose.ts'
import { renderFindings } from '../../report/findings-text.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { chooseEngine } from '../choose-engine.ts'
import { openQuestions } from '../plan-from-config.ts'
import { readConfig } from '../read-config.ts'
import { suggest } from '../runs/manners.ts'
import { widthOf } from '../width.ts'

/** `workflow doctor`: everything that could keep the configuration from working, found without changing anything. */
export const run: CommandRun = async (world, input) => {
  const { config, configFile } = await readConfig(world)
  const questions = openQuestions(world, configFile, chooseEngine(world, config))
  try {
    const findings = await diagnose(config, questions, world.signal)
    const problems = findings.filter((finding) => finding.level === 'problem').length
    const text =
      input.text('output') === 'json'
        ? jsonOutput({ healthy: problems === 0, findings })
        : renderFindings(findings, { color: world.color, columns: widthOf(world.stdout) })
    await world.stdout.write(text)
    if (problems === 0 && input.text('output') !== 'json') await suggest(world, ['workflow submit'])
    return problems === 0 ? EXIT.done : EXIT.failed
  } finally {
    await questions.close()
  }
}
