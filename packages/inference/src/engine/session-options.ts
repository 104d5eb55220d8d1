/** What a worker needs to know to evaluate with one model. */
export interface SessionOptions {
  readonly modelPath: string
  /** Fed tokens that fit into one sequence. */
  readonly contextSize: number
}
