import { isFailure } from '../../src/core/failure.ts'
import type { ErrorCode } from '../../src/core/error-codes.ts'
import { mutate, reseal, type Region } from './mutation.ts'
import type { Reading } from './recorded-store.ts'
import { seededRandom } from './seeded-random.ts'
import {
  loadSubject,
  readFiles,
  readIndex,
  readingOf,
  subjectNames,
  type BlobTarget,
  type FileTarget,
  type Subject,
} from './subject.ts'

/** Neighbouring seeds that damage the same snapshot, so that it is loaded once. */
const SEEDS_A_SUBJECT = 128
/** One case in so many has checksums that fit the damage, so that the decoders behind them see it. */
const FORGED = 3
/** Typed arrays longer than this are never right for these fixtures, whose largest file has 2 MB. */
export const MAX_ALLOCATION_BYTES = 192 * 1024 * 1024

const ORDERLY: readonly ErrorCode[] = [
  'BLOB_CORRUPT',
  'BLOB_NOT_FOUND',
  'FORMAT_UNSUPPORTED',
  'SNAPSHOT_INCOMPLETE',
  'SNAPSHOT_NOT_FOUND',
  'INDEX_NOT_FOUND',
  'REPOSITORY_NOT_FOUND',
]

/** What came of one case. */
export interface CaseResult {
  readonly seed: number
  readonly kind: string
  readonly what: string
  /** A failure code, `as before` for the right documents, or `forged` for others where the checksums were made to fit. */
  readonly outcome: string
  /** Why this must not happen; undefined when all is well. */
  readonly fault: string | undefined
}

/** Runs cases; keeps the snapshot that it damaged last. */
export class Fuzzer {
  readonly #names = subjectNames()
  #subject: { readonly block: number; readonly subject: Subject } | undefined

  /** Number of snapshots that take turns. */
  get subjects(): number {
    return this.#names.length
  }

  /** One case: chooses a file or blob and a damage by the seed alone, and judges what reading makes of it. */
  async run(seed: number): Promise<CaseResult> {
    const subject = await this.#load(Math.floor(seed / SEEDS_A_SUBJECT))
    const random = seededRandom(seed)
    const target = random.pick(subject.targets.get(random.pick([...subject.targets.keys()]))!)
    const judged = 'shard' in target ? damageFile(target, seed) : damageBlob(subject, target, seed)
    const { fixture, snapshot } = subject.name
    const { what, ...rest } = await judged
    return { seed, kind: target.kind, what: `${fixture} ${snapshot} ${what}`, ...rest }
  }

  async #load(block: number): Promise<Subject> {
    if (this.#subject?.block !== block) {
      const random = seededRandom(~block)
      this.#subject = { block, subject: await loadSubject(this.#names[block % this.#names.length]!, random) }
    }
    return this.#subject.subject
  }
}

type Judged = Omit<CaseResult, 'seed' | 'kind'>

async function damageFile(target: FileTarget, seed: number): Promise<Judged> {
  const { shard, file, region, places } = target
  const random = seededRandom(seed ^ 0x5bd1e995)
  const mutation = mutate(shard.files.get(file)!, places, region, random)
  const sealed = random.below(FORGED) === 0 && reseal(mutation.bytes, mutation.region)
  const whole = region.end - region.start === shard.files.get(file)!.length
  // The file list of the snapshot knows the checksum of a whole file, so a forged footer has to be told as well.
  const listed = !sealed || (whole && random.below(4) === 0)
  const what = `${shard.index}[${shard.number}] ${file} ${nameOf(region, whole)}: ${mutation.what}${sealed ? ', resealed' : ''}`
  const replaced = new Map([[file, mutation.bytes]])
  const isListed = listed && shard.list.some((item) => item.physicalName === file && item.checksum !== undefined)
  const mustTell = sealed ? isListed : true
  return judge(what, () => readFiles(shard, replaced, listed), shard.digest, { mustTell, forged: sealed })
}

async function damageBlob(subject: Subject, { key, index }: BlobTarget, seed: number): Promise<Judged> {
  const original = subject.blobs.get(key)!
  const random = seededRandom(seed ^ 0x5bd1e995)
  const whole = { start: 0, end: original.length }
  const mutation = mutate(original, [whole], whole, random)
  const sealed = random.below(FORGED) === 0 && reseal(mutation.bytes, mutation.region)
  const what = `${index} ${key}: ${mutation.what}${sealed ? ', resealed' : ''}`
  // Plain JSON, as the root of a repository and every blob of 1.x is, carries no checksum.
  const mustTell = !sealed && original[0] === 0x3f && original[1] === 0xd7
  const read = (): ReturnType<typeof readIndex> =>
    readIndex(subject.blobs, new Map([[key, mutation.bytes]]), subject.name.snapshot, index)
  return judge(what, read, subject.digests.get(index)!, { mustTell, forged: sealed })
}

async function judge(
  what: string,
  read: () => Promise<{
    readonly digest: string
    readonly reading: Reading
    readonly warnings?: readonly string[]
  }>,
  right: string,
  { mustTell, forged }: { readonly mustTell: boolean; readonly forged: boolean },
): Promise<Judged> {
  try {
    const { digest, reading, warnings = [] } = await read()
    // Damage of another snapshot is told by a warning and does not stop this one.
    const tainted = reading.tainted.size > 0 && warnings.length === 0
    if (digest !== right && !forged) return fault(what, 'wrong', `read ${digest} instead of ${right}, and no failure`)
    if (digest !== right && mustTell) return fault(what, 'wrong', `read ${digest}, against the file list`)
    if (tainted && mustTell) return fault(what, 'passed', 'damaged bytes were read, and no failure')
    return { what, outcome: digest === right ? 'as before' : 'forged', fault: undefined }
  } catch (error) {
    if (!isFailure(error)) return fault(what, 'fault', error instanceof Error ? (error.stack ?? '') : String(error))
    if (!ORDERLY.includes(error.code)) return fault(what, error.code, error.message)
    const tainted = (readingOf(error)?.tainted.size ?? 0) > 0
    // A blob that is too short fails before any of it is given out.
    const missing = error.code === 'BLOB_NOT_FOUND' || error.code === 'BLOB_CORRUPT'
    if (!tainted && !missing) return fault(what, error.code, `failed without reading damage: ${error.message}`)
    return { what, outcome: error.code, fault: undefined }
  }
}

function fault(what: string, outcome: string, text: string): Judged {
  return { what, outcome, fault: text }
}

function nameOf({ start, end }: Region, whole: boolean): string {
  return whole ? 'as a whole' : `bytes ${start} to ${end}`
}
