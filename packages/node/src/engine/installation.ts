/** Where things are on this machine. */
export interface Installation {
  /** What came with the program: manifest, embedded models, recorded vectors. Read only. */
  readonly models: string
  /** The user's own: pulled models, caches, data directories. */
  readonly home: string
  /** Pulled and imported models. */
  readonly modelStore: string
  /** Static files of the explorer page. A checkout has them once they are built. */
  readonly site?: string
  /** Can be deleted at any time. */
  readonly cache: string
}
