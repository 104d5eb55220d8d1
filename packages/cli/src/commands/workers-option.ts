import { Option } from 'commander'
import { wholeNumber } from '../parse-options.ts'

/** More than any machine has cores to spare. */
const MAX_WORKERS = 256

/** `--workers`: how many processes run the model. `standard` is the default, in words. */
export function workersOption(standard = 'one fewer than there are cores'): Option {
  const meaning = `worker processes that run the model (default: ${standard})`
  return new Option('--workers <count>', meaning).argParser(wholeNumber(1, MAX_WORKERS))
}
