import type { Command } from 'commander'
import { HDNodeWallet, Mnemonic } from 'ethers'
import type { CliContext } from '../../cli-context.ts'
import { wholeNumber } from '../../parse-options.ts'
import { readNewPassword, readSecret } from '../../read-secret.ts'
import { UsageError } from '../../report-error.ts'
import { developmentWallet } from '../../wallet/find-signer.ts'
import { addressOfKey, openKeystore, readForeignKeystore } from '../../wallet/keystore.ts'
import { type CommonOptions, installationOf, leafCommand } from '../leaf-command.ts'
import { printKey } from './new.ts'

interface ImportOptions extends CommonOptions {
  readonly keyFile?: string
  readonly mnemonicFile?: string
  readonly index: number
  readonly dev?: number
  readonly passwordFile?: string
}

const MAX_INDEX = 2 ** 31 - 1

/** Adds `poai wallet import`. */
export function addWalletImportCommand(parent: Command, context: CliContext): void {
  leafCommand(parent, 'import [keystore-file]', {
    summary: 'import a key: a keystore file, a private key, or the recovery phrase of another wallet',
    examples: [
      'wallet import UTC--2026-01-01T00-00-00.000Z--7099…',
      'wallet import --key-file key.txt --password-file secret.txt',
      'wallet import --mnemonic-file words.txt --index 1',
      'wallet import --dev 0',
    ],
  })
    .option('--key-file <file>', 'read a private key, in hexadecimal, from the first line of a file')
    .option('--mnemonic-file <file>', 'read a recovery phrase (BIP-39) from the first line of a file')
    .option(
      '--index <number>',
      'which account of the phrase: INDEX in m/44’/60’/0’/0/INDEX',
      wholeNumber(0, MAX_INDEX),
      0,
    )
    .option('--dev <index>', 'import a development account of local testnets', wholeNumber(0, MAX_INDEX))
    .option('--password-file <file>', 'read the password from the first line of a file')
    .action((file: string | undefined, options: ImportOptions) => importKey(context, file, options))
}

async function importKey(context: CliContext, file: string | undefined, options: ImportOptions): Promise<void> {
  const named = [file, options.keyFile, options.mnemonicFile, options.dev].filter((source) => source !== undefined)
  if (named.length > 1) throw new UsageError('several keys are named', 'import one at a time')
  const keystore = openKeystore(installationOf(options, context).home)
  if (file !== undefined) {
    const password = await readSecret(context, `Password of ${file}: `, { file: options.passwordFile })
    printKey(context, options, await keystore.add(await readForeignKeystore(file, password), password))
    return
  }
  const privateKey = await privateKeyOf(context, options)
  const password = await readNewPassword(context, { file: options.passwordFile })
  printKey(context, options, await keystore.add(privateKey, password))
}

async function privateKeyOf(context: CliContext, options: ImportOptions): Promise<string> {
  if (options.dev !== undefined) return (await developmentWallet(options.dev)).privateKey
  if (options.mnemonicFile !== undefined) {
    return keyOfWords(await readSecret(context, '', { file: options.mnemonicFile }), options.index)
  }
  const text = (await readSecret(context, 'Private key: ', { file: options.keyFile })).trim()
  const privateKey = /^0x/i.test(text) ? text : `0x${text}`
  addressOfKey(privateKey)
  return privateKey
}

function keyOfWords(phrase: string, index: number): string {
  const words = phrase.trim().split(/\s+/).join(' ')
  if (!Mnemonic.isValidMnemonic(words))
    throw new UsageError('this is not a BIP-39 recovery phrase', 'check the words and their order')
  return HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(words), `m/44'/60'/0'/0/${index}`).privateKey
}
