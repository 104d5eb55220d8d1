import type { PortableProgram } from '@poai/inference'
import { Option } from 'commander'
import type { CliContext } from '../cli-context.ts'

/** The option that chooses an engine, as for `poai node`. */
export interface EngineOption {
  readonly engine: PortableProgram
}

const PROGRAMS: readonly PortableProgram[] = ['auto', 'native', 'wasm', 'llama']

/** `--engine`, whose default is the setting of the node, so that one variable serves all commands. */
export function engineOption({ environment }: Pick<CliContext, 'environment'>): Option {
  const meaning = 'what runs the model on networks of domain portable-1; auto: the fastest engine on this machine'
  const named = PROGRAMS.find((program) => program === environment['POAI_ENGINE'])
  return new Option('--engine <program>', meaning).choices(PROGRAMS).default(named ?? 'auto')
}
