/** A queue with one reader; what is put after the end is dropped, and the last message is given out ever after. */
export class Mailbox<T> {
  readonly #waiting: T[] = []
  #reader: ((message: T) => void) | undefined
  #last: T | undefined

  put(message: T): void {
    if (this.#last !== undefined) return
    const reader = this.#reader
    this.#reader = undefined
    if (reader === undefined) this.#waiting.push(message)
    else reader(message)
  }

  end(last: T): void {
    if (this.#last !== undefined) return
    this.put(last)
    this.#last = last
  }

  /** The next message; must not be called again before it came. */
  next(): Promise<T> {
    const message = this.#waiting.shift() ?? this.#last
    if (message !== undefined) return Promise.resolve(message)
    return new Promise((resolve) => {
      this.#reader = resolve
    })
  }
}
