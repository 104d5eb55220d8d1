/** The total of a counter that restarts at zero with its process. */
export class RunningTotal {
  #before = 0
  #last = 0

  /** Takes the counter's newest value. */
  update(value: number): void {
    if (value < this.#last) this.#before += this.#last
    this.#last = value
  }

  get total(): number {
    return this.#before + this.#last
  }
}
