import type { Command } from 'commander'
import { wholeNumber } from '../../parse-options.ts'
import { parseAddress } from '../../wallet/coins.ts'

const MAX_ACCOUNTS = 1_000

/** Adds the options that choose the key that signs. */
export function signerOptions(command: Command): Command {
  return command
    .option('--from <address>', 'the account that signs (default: the only key on this machine)', parseAddress)
    .option('--dev <index>', 'sign with a development account of local testnets', wholeNumber(0, MAX_ACCOUNTS))
    .option('--password-file <file>', 'read the password from the first line of a file')
}
