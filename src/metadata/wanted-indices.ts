import { counted } from '../core/units.ts'
import { applyWishes, type Wishes } from './apply-wishes.ts'
import type { Problem, Translated } from './change.ts'
import type { WantedObject } from './judge-object.ts'
import { missingPipelines } from './missing-pipelines.ts'
import type { SourceIndex } from './source-index.ts'
import { splitByType } from './split-types.ts'
import { translateIndex } from './translate-index.ts'
import type { TranslateOptions } from './translate-options.ts'
import type { TargetVersion } from './version-range.ts'

/** What a configuration says of indices. */
export interface IndexTreatment extends Wishes {
  readonly options?: Partial<TranslateOptions>
}

/** An index of the target, with the translation it is made from. */
export interface TranslatedIndex {
  readonly name: string
  readonly translated: Translated
}

/** The names of the indices of the target that an index becomes: one, or one for each mapping type when types are split. */
export function namesOfParts(index: SourceIndex, { options }: IndexTreatment): readonly string[] {
  return options?.types === 'split' ? splitByType(index).map(({ name }) => name) : [index.name]
}

/** The indices of the target that an index becomes, in the order of {@link namesOfParts}. Pure. */
export function translateParts(
  index: SourceIndex,
  to: TargetVersion,
  treatment: IndexTreatment,
): readonly TranslatedIndex[] {
  const parts = treatment.options?.types === 'split' ? splitByType(index) : [index]
  return parts.map((part) => {
    // With its parents in another index, a child can only keep its routing.
    const options = parts.length > 1 ? { ...treatment.options, parents: 'routing' as const } : treatment.options
    return { name: part.name, translated: applyWishes(translateIndex(part, to, options), treatment) }
  })
}

/** Whether the settings of an index name an ingest pipeline. */
export function namesPipeline({ body }: Pick<Translated, 'body'>): boolean {
  return missingPipelines(body, new Set()).length > 0
}

/**
 * An index as it is wanted, with the pipelines that it names and a target with `pipelines` lacks as problems. A problem of
 * every document comes with the number of those, where it is known and all are in this one index. Pure.
 */
export function wantedIndex(
  { name, translated }: TranslatedIndex,
  pipelines: ReadonlySet<string>,
  documents: number | undefined,
): WantedObject {
  const problems = [
    ...translated.problems.map((problem) => withCount(problem, documents)),
    ...missingPipelines(translated.body, pipelines),
  ]
  return { kind: 'index', name, translated: { ...translated, problems } }
}

function withCount(problem: Problem, documents: number | undefined): Problem {
  if (problem.concerns === undefined || documents === undefined) return problem
  return { ...problem, detail: `${problem.detail} (the index has ${counted(documents, 'document')})` }
}
