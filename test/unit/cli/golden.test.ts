import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandSpec } from '../../../src/cli/command.ts'
import { COMMANDS } from '../../../src/cli/commands.ts'
import { runProgram } from '../../../src/cli/program.ts'
import { textWidth } from '../../../src/core/text-width.ts'
import { CHANGING, READING, type ReadingCase } from './golden/cases.ts'
import { MODES, ODD_MODES, streamsOf, type Mode } from './golden/modes.ts'
import { openScene, type Scene } from './golden/scene.ts'
import { fakeWorld } from './world.ts'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())

interface Shown {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

async function show(args: readonly string[], mode: Mode): Promise<Shown> {
  const { world, stdout, stderr } = streamsOf(mode)
  const exitCode = await runProgram(COMMANDS, args, fakeWorld({ ...scene.world, ...world }))
  return { exitCode, stdout: scene.normal(stdout()), stderr: scene.normal(stderr()) }
}

interface Leaf {
  readonly words: string
  readonly spec: CommandSpec
}

function leaves(specs: readonly CommandSpec[], before: readonly string[] = []): Leaf[] {
  return specs.flatMap((spec) => {
    const words = [...before, spec.name]
    return spec.commands === undefined ? [{ words: words.join(' '), spec }] : leaves(spec.commands, words)
  })
}

const ALL = leaves(COMMANDS)
const hasOutputOption = ({ spec }: Leaf): boolean =>
  (spec.options ?? []).some(({ flags }) => flags.startsWith('-o, --output'))
// eslint-disable-next-line no-control-regex -- colour codes start with ESC
const withoutColour = (text: string): string => text.replaceAll(/\u001b\[\d*m/g, '')

/** Lines that are wider than the terminal, but for those of a single word, which is to be copied. */
function tooWide(text: string, columns: number): string[] {
  return text.split('\n').filter((line) => textWidth(line) > columns && line.trim().includes(' '))
}

test('every command is either among those that read or among those that change something', () => {
  expect([...Object.keys(READING), ...CHANGING].toSorted()).toEqual(ALL.map(({ words }) => words).toSorted())
})

describe('the result of a command that reads', () => {
  for (const leaf of ALL.filter(({ words }) => words in READING)) {
    const { words } = leaf
    const { args, exitCode = 0, verbatim = false } = READING[words]! satisfies ReadingCase

    test(`${words} is the same as ever in every width, on terminals, in pipes and as JSON`, async () => {
      const parts: string[] = []
      const shown = new Map<string, Shown>()
      for (const mode of MODES) {
        if (mode.json === true && !hasOutputOption(leaf)) continue
        const json = mode.json === true ? ['-o', 'json'] : []
        const result = await show([...words.split(' '), ...args, ...json], mode)
        shown.set(mode.name, result)
        expect(result.exitCode, `${mode.name}: ${result.stderr}`).toBe(exitCode)
        const stderr = result.stderr === '' ? '' : `(stderr)\n${result.stderr}`
        parts.push(`════ ${mode.name}\n${result.stdout}${stderr}`.replaceAll('\u001b', '␛'))
        if (mode.columns !== undefined) {
          expect(tooWide((verbatim ? '' : result.stdout) + result.stderr, mode.columns), mode.name).toEqual([])
        }
      }
      await expect(parts.join('\n')).toMatchFileSnapshot(`golden/${words.replaceAll(' ', '-')}.txt`)
      const [coloured, plain] = [shown.get('terminal of 80 columns')!, shown.get('terminal without colour')!]
      expect(withoutColour(coloured.stdout)).toBe(plain.stdout)
      expect(withoutColour(shown.get('pipe')!.stdout + plain.stdout)).toBe(shown.get('pipe')!.stdout + plain.stdout)
    })

    test(`${words} is shown on terminals of a size that makes no sense`, async () => {
      for (const mode of ODD_MODES) {
        const result = await show([...words.split(' '), ...args], mode)
        expect([result.exitCode, result.stderr.includes('fault of')], mode.name).toEqual([exitCode, false])
      }
    })

    if (!hasOutputOption(leaf)) continue
    test(`${words} as JSON has a schema version, also on a terminal, and no conversation in it`, async () => {
      const json = [...words.split(' '), ...args, '-o', 'json']
      const { stdout } = await show(json, MODES[0]!)
      const objects = stdout.startsWith('{\n') ? [stdout] : stdout.trimEnd().split('\n')
      for (const object of objects) expect(JSON.parse(object)).toMatchObject({ schemaVersion: 1 })
      expect(stdout).not.toContain('\u001b')
    })
  }

  test('has a form as JSON wherever it is not a text for files', () => {
    const texts = ['configure sample', 'completion', 'snapshot export']
    const without = ALL.filter((leaf) => leaf.words in READING && !hasOutputOption(leaf)).map(({ words }) => words)
    expect(without.toSorted()).toEqual(texts.toSorted())
  })
})

describe('the help of a command', () => {
  for (const { words } of [{ words: '' }, ...ALL]) {
    test(`${words === '' ? 'workflow' : words} fits into every width`, async () => {
      const parts: string[] = []
      for (const mode of MODES.filter(({ columns, color }) => columns !== undefined && color)) {
        const { exitCode, stdout, stderr } = await show(
          [...words.split(' ').filter((word) => word !== ''), '--help'],
          mode,
        )
        expect([exitCode, stderr]).toEqual([0, ''])
        parts.push(`════ ${mode.name}\n${stdout}`)
        const [text] = stdout.split('\nExamples:\n')
        expect(tooWide(text!, mode.columns!), mode.name).toEqual([])
      }
      const name = words === '' ? 'workflow' : words.replaceAll(' ', '-')
      await expect(parts.join('\n')).toMatchFileSnapshot(`golden/help/${name}.txt`)
    })
  }
})
