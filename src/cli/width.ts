import type { Output } from './world.ts'

/** The width that lines are to keep: that of a terminal; none elsewhere, where programs read them. */
export function widthOf({ isTty, columns }: Output): number {
  return isTty ? columns : Infinity
}
