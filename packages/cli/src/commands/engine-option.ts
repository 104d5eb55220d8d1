import type { PortableProgram } from '@poai/inference'
import { Option } from 'commander'
import type { CliContext } from '../cli-context.ts'

/** What runs the model, as `poai node --engine` takes it. */
export interface EngineOption {
  readonly engine: PortableProgram
}

const PROGRAMS: readonly PortableProgram[] = ['auto', 'native', 'wasm', 'llama']

/** `--engine`. Its default is what the variable of a node names, so that one setting is for all commands. */
export function engineOption({ environment }: Pick<CliContext, 'environment'>): Option {
  const meaning = 'what runs the model on networks of domain portable-1; auto: the fastest engine on this machine'
  const named = PROGRAMS.find((program) => program === environment['POAI_ENGINE'])
  return new Option('--engine <program>', meaning).choices(PROGRAMS).default(named ?? 'auto')
}
