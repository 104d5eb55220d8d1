/** The sum of a counter that begins at zero again whenever its process does. */
export class RunningTotal {
  #before = 0
  #last = 0

  /** The counter's newest value. */
  update(value: number): void {
    if (value < this.#last) this.#before += this.#last
    this.#last = value
  }

  get total(): number {
    return this.#before + this.#last
  }
}
