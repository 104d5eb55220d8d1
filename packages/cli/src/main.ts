import { processTerminal } from '@poai/testnet/terminal'
import packageJson from '../package.json' with { type: 'json' }
import { EXIT_CODES } from './exit-codes.ts'
import { runCli } from './program.ts'

const interruption = new AbortController()
process.once('SIGINT', () => {
  interruption.abort(new DOMException('interrupted', 'AbortError'))
  // A second Ctrl-C waits for nothing.
  process.once('SIGINT', () => process.exit(EXIT_CODES.interrupted))
})
// If another program started this one with a channel, this one ends with it.
process.channel?.unref()
process.once('disconnect', () =>
  interruption.abort(new DOMException('the program that started this one is gone', 'AbortError')),
)
process.once('SIGTERM', () => interruption.abort(new DOMException('terminated', 'AbortError')))
process.once('SIGHUP', () => interruption.abort(new DOMException('the terminal is gone', 'AbortError')))
// A reader of the output may end first, as in `poai … | head`: only the rest of the output is lost.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: processTerminal,
  environment: process.env,
  signal: interruption.signal,
  version: packageJson.version,
})
