import { AppError } from '@poai/core'

/** One thing wrong with a configuration, for a person. */
export interface ConfigFault {
  /** Where: `--p2p-port`, `POAI_P2P_PORT`, or `config.json: p2p.port`. */
  readonly path: string
  readonly expected: string
  readonly actual: string
}

/**
 * The configuration makes no sense; nothing was started. Lists every fault, since who mends one wants to know of the
 * others.
 */
export class ConfigError extends AppError<'CONFIG_INVALID'> {
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map(({ path, expected, actual }) => `  ${path}: expected ${expected}; got ${actual}`)
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
    super('CONFIG_INVALID', `${count} in the configuration:\n${lines.join('\n')}`, {
      hint: 'docs/CONFIG.md and poai node --help describe every setting',
    })
    this.faults = faults
  }
}
