import type { Output } from './world.ts'

/** Where less is left, the terminal may break lines itself. */
const LEAST = 20

/** The width that lines are to keep: that of a terminal; none elsewhere, where programs read them. */
export function widthOf({ isTty, columns }: Output): number {
  return isTty ? Math.max(LEAST, columns) : Infinity
}
