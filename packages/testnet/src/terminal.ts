/**
 * How the command line shows things: where output goes, tables, and quantities for people. It is here and not in the
 * CLI because a testnet has output too. Loads nothing else.
 *
 * @example
 * import { formatBytes, formatTable } from '@poai/testnet/terminal'
 * terminal.out(formatTable([['database', formatBytes(1_400_000)]]))
 */

export { formatBytes, formatCount, formatNats, formatSeconds, plural } from './terminal/format-quantity.ts'
export { printable, printableLines } from './terminal/printable.ts'
export { formatTable } from './terminal/table.ts'
export { processTerminal, type Terminal } from './terminal/terminal.ts'
