import { crc32 } from 'node:zlib'
import type { Random } from '../../../src/core/random.ts'
import { seededRandom } from '../../fuzz/seeded-random.ts'

/** Randomness that is the same in every run of one seed. */
export function seededWorld(seed: string): Random {
  const choices = seededRandom(crc32(seed))
  return {
    next: () => choices.below(2 ** 32) / 2 ** 32,
    hex: (bytes) => Array.from({ length: bytes }, () => choices.below(256).toString(16).padStart(2, '0')).join(''),
  }
}
