import type { PortableProgram } from '@poai/inference'
import { Option } from 'commander'

/** What runs the model, as `poai node --engine` takes it. */
export interface EngineOption {
  readonly engine: PortableProgram
}

const PROGRAMS: readonly PortableProgram[] = ['auto', 'native', 'wasm', 'llama']

/** `--engine`, by the variable of a node too. */
export function engineOption(): Option {
  const meaning =
    'what runs the model in networks of domain portable-1: the fastest that is here, or a program by its name'
  return new Option('--engine <program>', meaning).choices(PROGRAMS).default('auto').env('POAI_ENGINE')
}
