import type { DocBits } from '../../lucene/doc-bits.ts'
import type { SegmentSource } from '../segment-source.ts'
import { CompletingRebuilder } from './completing-rebuilder.ts'
import { IGNORED_SOURCE } from './ignored-source.ts'
import { IgnoredFields } from './ignored-fields.ts'
import type { LeafContext, LeafReader } from './leaf-reader.ts'
import { leavesOf, type Leaf } from './leaves.ts'
import { nestedObjectsOf, type NestedObject } from './nested-objects.ts'
import { openLeaf } from './open-leaf.ts'
import { rootDocuments } from './root-documents.ts'
import type { Rebuilder, RebuiltIndex } from './rebuilder.ts'
import { scopeTree, type Scope } from './scope.ts'
import { sourceFilter } from './source-filter.ts'
import { isLeftOutVector, sourceKeeping } from './source-kind.ts'
import { sourcelessFor, type Sourceless } from './sourceless.ts'
import { TypeScopes } from './type-scopes.ts'
import { WholeRebuilder } from './whole-rebuilder.ts'

const DOC_COUNT: Leaf = {
  path: ['_doc_count'],
  name: '_doc_count',
  type: 'integer',
  mapping: {},
  nested: undefined,
  isCopyTarget: false,
}

/**
 * Opens the rebuilding of a segment as `asked` says; undefined when its sources are to go over as they are stored, or not at
 * all. Nothing is read but what the fields of the mapping need, every file once to verify its checksum and then window by
 * window: at most some 8 MiB of values for all columns together, and 16 MiB of terms for each dictionary.
 */
export async function openRebuilder(
  source: SegmentSource,
  index: RebuiltIndex,
  asked: Sourceless | undefined,
  signal: AbortSignal,
): Promise<Rebuilder | undefined> {
  const keeping = sourceKeeping(index)
  const { kind, withoutVectors } = keeping
  if (kind === 'synthetic' || kind === 'disabled') {
    return sourcelessFor(kind, asked) === 'rebuild' ? openWhole(source, index, kind === 'synthetic', signal) : undefined
  }
  if (kind === 'stored' && !withoutVectors) return undefined
  return openCompleting(source, index, asked, signal)
}

async function openWhole(
  source: SegmentSource,
  index: RebuiltIndex,
  synthetic: boolean,
  signal: AbortSignal,
): Promise<Rebuilder> {
  const { segment, columns } = source
  const objects = tellableObjects(index)
  const roots = objects.length === 0 ? undefined : await rootDocuments(segment, signal)
  const hasCounts = synthetic && segment.fields.byName.has(DOC_COUNT.name)
  const context = contextOf(source, index, synthetic, roots)
  const byType = new Map<string, Scope>()
  for (const { type, mapping } of index.mappings) {
    const leaves = [...leavesOf(mapping), ...(hasCounts ? [DOC_COUNT] : [])]
    const readers = await openLeaves(leaves, context, signal)
    byType.set(type, scopeTree(readers, roots === undefined ? [] : objects))
  }
  const field = segment.fields.byName.get(IGNORED_SOURCE)
  const isColumn = field?.docValuesType === 'sorted_set' || field?.docValuesType === 'binary'
  const kept = isColumn ? await columns.open(field, signal) : undefined
  const ignored = synthetic ? undefined : await IgnoredFields.open(source, signal)
  return new WholeRebuilder(source, sourceKeeping(index), index, new TypeScopes(byType), { kept, roots }, ignored)
}

async function openCompleting(
  source: SegmentSource,
  index: RebuiltIndex,
  asked: Sourceless | undefined,
  signal: AbortSignal,
): Promise<Rebuilder | undefined> {
  const keeping = sourceKeeping(index)
  const takenOut = new Map<Leaf, 'whole' | 'parts' | 'vector'>()
  const byLeaves = index.mappings.map(({ type, mapping }) => {
    const filter = sourceFilter(mapping)
    const leaves = leavesOf(mapping)
    for (const leaf of leaves) {
      const taken = filter?.(leaf) ?? 'nothing'
      if (taken !== 'nothing') takenOut.set(leaf, taken)
      else if (keeping.withoutVectors && isLeftOutVector(leaf.mapping)) takenOut.set(leaf, 'vector')
    }
    return { type, leaves }
  })
  if (takenOut.size === 0) return undefined
  const hasNested = [...takenOut.keys()].some(({ nested }) => nested !== undefined)
  const objects = hasNested ? tellableObjects(index) : []
  const roots = objects.length === 0 ? undefined : await rootDocuments(source.segment, signal)
  const context = contextOf(source, index, false, roots)
  const wanted = new Set<LeafReader>()
  const vectors = new Set<LeafReader>()
  const byType = new Map<string, Scope>()
  for (const { type, leaves } of byLeaves) {
    const lacking = await openLeaves(
      leaves.filter((leaf) => takenOut.has(leaf)),
      context,
      signal,
      (leaf) => takenOut.get(leaf) === 'parts',
    )
    for (const reader of lacking) {
      wanted.add(reader)
      if (takenOut.get(reader.leaf) === 'vector') vectors.add(reader)
    }
    // Where there are several nested objects, the other values of a document tell which one it is of.
    const telling =
      roots === undefined || objects.length === 1
        ? []
        : await openLeaves(
            leaves.filter((leaf) => leaf.nested !== undefined && !takenOut.has(leaf)),
            context,
            signal,
          )
    const readers = [...lacking, ...telling.filter(({ problem }) => problem === undefined)]
    byType.set(type, scopeTree(readers, roots === undefined ? [] : objects))
  }
  if (wanted.size === 0) return undefined
  const ignored = keeping.kind === 'filtered' ? await IgnoredFields.open(source, signal) : undefined
  const treatment = sourcelessFor(keeping.kind, keeping.kind === 'filtered' ? asked : undefined)
  return new CompletingRebuilder(source, keeping, index, treatment, {
    scopes: new TypeScopes(byType),
    wanted,
    vectors,
    roots,
    ignored,
  })
}

function contextOf(
  { segment, columns }: SegmentSource,
  { name, createdVersion }: RebuiltIndex,
  synthetic: boolean,
  roots: DocBits | undefined,
): LeafContext {
  return { index: name, segment, columns, created: createdVersion, synthetic, nested: roots !== undefined }
}

async function openLeaves(
  leaves: readonly Leaf[],
  context: LeafContext,
  signal: AbortSignal,
  isPartial: (leaf: Leaf) => boolean = () => false,
): Promise<LeafReader[]> {
  const readers: LeafReader[] = []
  for (const leaf of leaves) {
    const reader = await openLeaf(leaf, context, signal, isPartial(leaf))
    if (reader !== undefined) readers.push(reader)
  }
  return readers
}

/** The nested objects of an index whose documents can be told apart; none when one has the values of another in its columns. */
function tellableObjects({ mappings }: RebuiltIndex): readonly NestedObject[] {
  const [first, ...more] = mappings
  const objects = first === undefined || more.length > 0 ? [] : nestedObjectsOf(first.mapping)
  return objects.some(({ parent, isIncluded }) => parent !== undefined && isIncluded) ? [] : objects
}
