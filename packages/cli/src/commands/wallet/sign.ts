import { formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import { verifyMessage } from 'ethers'
import type { CliContext } from '../../cli-context.ts'
import { findSigner, type SignerOptions } from '../../wallet/find-signer.ts'
import { type CommonOptions, leafCommand, printResult } from '../leaf-command.ts'
import { signerOptions } from './signer-options.ts'

interface SignOptions extends CommonOptions, SignerOptions {}

/** Adds `poai wallet sign`. */
export function addWalletSignCommand(parent: Command, context: CliContext): void {
  signerOptions(
    leafCommand(parent, 'sign <message>', {
      summary: 'sign a message (EIP-191), to prove that you hold the key of an address',
      examples: ['wallet sign "It is me"', 'wallet sign "It is me" --dev 0 --json'],
    }),
  ).action((message: string, options: SignOptions) => sign(context, message, options))
}

async function sign(context: CliContext, message: string, options: SignOptions): Promise<void> {
  const wallet = await findSigner(context, options)
  const signature = await wallet.signMessage(message)
  const result = { address: verifyMessage(message, signature), message, signature }
  printResult(context, options, result, () =>
    formatTable([
      ['address', result.address],
      ['message', message],
      ['signature', signature],
    ]),
  )
}
