import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Abi, Hex } from 'viem'
import { installTool } from './tool-folder.ts'

/** The Solidity that every tool deploys. */
export const CONTRACTS: string = join(import.meta.dirname, '../../fixtures/outsiders')
const SOLC_VERSION = '0.8.37'

/** As much of the token as is called. */
export const TOKEN_ABI = [
  { type: 'constructor', stateMutability: 'nonpayable', inputs: [{ name: 'supply', type: 'uint256' }] },
  { type: 'function', name: 'name', stateMutability: 'view', inputs: [], outputs: [{ type: 'string' }] },
  { type: 'function', name: 'totalSupply', stateMutability: 'view', inputs: [], outputs: [{ type: 'uint256' }] },
  {
    type: 'function',
    name: 'balanceOf',
    stateMutability: 'view',
    inputs: [{ name: 'owner', type: 'address' }],
    outputs: [{ type: 'uint256' }],
  },
  {
    type: 'function',
    name: 'transfer',
    stateMutability: 'nonpayable',
    inputs: [
      { name: 'to', type: 'address' },
      { name: 'value', type: 'uint256' },
    ],
    outputs: [{ type: 'bool' }],
  },
  {
    type: 'event',
    name: 'Transfer',
    inputs: [
      { name: 'from', type: 'address', indexed: true },
      { name: 'to', type: 'address', indexed: true },
      { name: 'value', type: 'uint256', indexed: false },
    ],
  },
  {
    type: 'error',
    name: 'TooLittle',
    inputs: [
      { name: 'held', type: 'uint256' },
      { name: 'wanted', type: 'uint256' },
    ],
  },
] as const

/** What Solidity's compiler makes of the token. */
export interface TokenArtifact {
  readonly abi: Abi
  readonly initCode: Hex
  readonly code: Hex
}

/** Solidity's compiler for Node, and the file that holds it. */
export async function installSolc(): Promise<{
  readonly version: string
  readonly folder: string
  readonly file: string
}> {
  const folder = await installTool('solc', { solc: SOLC_VERSION })
  return { version: SOLC_VERSION, folder, file: join(folder, 'node_modules/solc/soljson.js') }
}

/** Compiles the token with the compiler's defaults. */
export async function compileToken(): Promise<TokenArtifact> {
  const { folder } = await installSolc()
  const solc = createRequire(join(folder, 'package.json'))('solc') as { compile(input: string): string }
  const content = await readFile(join(CONTRACTS, 'Token.sol'), 'utf8')
  const outputSelection = { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } }
  const input = { language: 'Solidity', sources: { 'Token.sol': { content } }, settings: { outputSelection } }
  const { contracts, errors } = JSON.parse(solc.compile(JSON.stringify(input))) as {
    readonly errors?: readonly { readonly formattedMessage: string }[]
    readonly contracts?: {
      readonly 'Token.sol': { readonly Token: { readonly abi: Abi; readonly evm: Readonly<Record<string, Compiled>> } }
    }
  }
  const token = contracts?.['Token.sol'].Token
  if (token === undefined) throw new Error(errors?.map(({ formattedMessage }) => formattedMessage).join('\n'))
  const { bytecode, deployedBytecode } = token.evm
  return { abi: token.abi, initCode: `0x${bytecode?.object}`, code: `0x${deployedBytecode?.object}` }
}

interface Compiled {
  readonly object: string
}
