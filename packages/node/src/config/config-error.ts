import { AppError } from '@poai/core'

/** One thing that is wrong with a configuration, in words. */
export interface ConfigFault {
  /** Where: `--p2p-port`, `POAI_P2P_PORT`, or `config.json: p2p.port`. */
  readonly path: string
  readonly expected: string
  readonly actual: string
}

/**
 * The configuration makes no sense, so nothing was started. Lists every fault: anyone who mends one wants to know of
 * the others.
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
