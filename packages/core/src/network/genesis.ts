import { BLOOM_BYTES, type Hash32, hash32, toBloom, ZERO_ADDRESS, ZERO_HASH } from '../branded.ts'
import { utf8ToBytes } from '../bytes.ts'
import { encodeRlp } from '../rlp.ts'
import { EMPTY_TRIE_ROOT, type TrieEntry, trieRoot } from '../trie-root.ts'
import { type Header, headerHash } from '../wire/header.ts'
import { uint64Field, uint256Field } from '../wire/scalar-fields.ts'
import type { GenesisAccount, NetworkParams } from './network-params.ts'
import { committedParamsField } from './network-params-field.ts'

/** Keeps the hash of parameters apart from every other hash; the number changes with the table of parameters. */
const PARAMS_DOMAIN: Uint8Array = utf8ToBytes('poai/params/1')

/** The hash of empty code. */
export const EMPTY_CODE_HASH: Hash32 = hash32(new Uint8Array(0))

/** What the genesis block commits to: every parameter but the forks, in the order of the table. */
export function networkParamsHash(params: NetworkParams): Hash32 {
  return hash32(PARAMS_DOMAIN, encodeRlp(committedParamsField.toItem(params)))
}

function storageRoot({ storage }: GenesisAccount): Hash32 {
  return trieRoot(storage.map(({ key, value }): TrieEntry => [hash32(key), encodeRlp(uint256Field.toItem(value))]))
}

/** An account as the state trie holds it: `[nonce, balance, storageRoot, codeHash]` under the hash of its address. */
function accountEntry(account: GenesisAccount): TrieEntry {
  const { address, nonce, balance, code } = account
  const value = [uint64Field.toItem(nonce), uint256Field.toItem(balance), storageRoot(account), hash32(code)]
  return [hash32(address), encodeRlp(value)]
}

/** The state root of the genesis accounts. */
export function genesisStateRoot(accounts: readonly GenesisAccount[]): Hash32 {
  return trieRoot(accounts.map(accountEntry))
}

/** The first block. Nobody worked for it: its seal is zeros, and its extra data is the hash of the parameters. */
export function genesisHeader(params: NetworkParams): Header {
  return {
    parentHash: ZERO_HASH,
    beneficiary: ZERO_ADDRESS,
    stateRoot: genesisStateRoot(params.genesis.accounts),
    transactionsRoot: EMPTY_TRIE_ROOT,
    receiptsRoot: EMPTY_TRIE_ROOT,
    logsBloom: toBloom(new Uint8Array(BLOOM_BYTES)),
    target: params.difficulty.initialTarget,
    number: 0n,
    gasLimit: params.gas.initialLimit,
    gasUsed: 0n,
    timestamp: params.genesis.timestamp,
    extraData: networkParamsHash(params),
    baseFeePerGas: params.gas.initialBaseFee,
    transcriptRoot: ZERO_HASH,
    lossMicroNats: 0n,
    nonce: 0n,
    ...(params.inference === undefined ? {} : { answersRoot: EMPTY_TRIE_ROOT }),
  }
}

/** The network's identity. */
export function genesisHash(params: NetworkParams): Hash32 {
  return headerHash(genesisHeader(params))
}
