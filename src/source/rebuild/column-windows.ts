/** Documents of a window at most, and how many bytes their values should take at most. */
const MAX_DOCS = 8192
const MAX_BYTES = 8 * 1024 * 1024
const GROWTH = 4

/**
 * Chooses the documents whose values are loaded together: those of the batch alone at first, and more of those behind it the
 * longer documents are asked for in their order, as far as their values take no more than some megabytes.
 */
export class ColumnWindows {
  readonly #maxDoc: number
  #from = 0
  #to = 0
  #docs = 0

  constructor(maxDoc: number) {
    this.#maxDoc = maxDoc
  }

  /** First document that is loaded. */
  get from(): number {
    return this.#from
  }

  /** Loads a window that has the documents `[from, to)`, unless they are loaded; `load` returns the bytes that it took. */
  async cover(from: number, to: number, load: (from: number, to: number) => Promise<number>): Promise<void> {
    if (from >= this.#from && to <= this.#to) return
    const isInOrder = from <= this.#to && from > this.#from
    const docs = Math.max(to - from, isInOrder ? this.#docs : 0)
    const end = Math.min(this.#maxDoc, from + docs)
    // What failed or was aborted is loaded anew.
    this.#to = this.#from
    const bytes = await load(from, end)
    this.#from = from
    this.#to = end
    const fitting = bytes === 0 ? MAX_DOCS : Math.floor((MAX_BYTES / bytes) * (end - from))
    this.#docs = Math.min(MAX_DOCS, GROWTH * docs, fitting)
  }
}
