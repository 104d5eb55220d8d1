import packageJson from '../package.json' with { type: 'json' }
import { EXIT_CODES } from './exit-codes.ts'
import { runCli } from './program.ts'
import { processTerminal } from './terminal.ts'

const interruption = new AbortController()
process.once('SIGINT', () => {
  interruption.abort(new DOMException('interrupted', 'AbortError'))
  // A second Ctrl-C does not wait for anything.
  process.once('SIGINT', () => process.exit(EXIT_CODES.interrupted))
})
process.once('SIGTERM', () => interruption.abort(new DOMException('terminated', 'AbortError')))

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: processTerminal,
  environment: process.env,
  signal: interruption.signal,
  version: packageJson.version,
})
