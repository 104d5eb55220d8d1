import { type GenesisAccount, toAddress } from '@poai/core'
import { InvalidArgumentError } from 'commander'
import { getAddress, getBytes, parseEther } from 'ethers'

/** Parses `ADDRESS=COINS`, for commander: an account that has coins from the genesis block on. */
export function parseGenesisAccount(text: string, before: readonly GenesisAccount[] = []): readonly GenesisAccount[] {
  const [address = '', coins = '', ...rest] = text.split('=')
  try {
    if (rest.length > 0) throw new RangeError('too many parts')
    const balance = parseEther(coins)
    if (balance < 0n) throw new RangeError('negative')
    const bytes = toAddress(getBytes(getAddress(address)))
    return [...before, { address: bytes, balance, nonce: 0n, code: new Uint8Array(0), storage: [] }]
  } catch {
    throw new InvalidArgumentError('expected ADDRESS=COINS, like 0x70997970C51812dc3A010C7d01b50e0d17dc79C8=1000.')
  }
}
