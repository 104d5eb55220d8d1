// Deploys a contract, calls it, reads its events, and shows the exam that paid for the block.
//
// node dapp.ts [URL of a node] [private key]

import { poaiActions } from '@poai/api/client'
import { createPublicClient, createWalletClient, defineChain, type Hex, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { counterAbi, counterBytecode } from './counter.ts'

/** The first development account of the devnet: everybody knows its key. */
const DEVELOPMENT_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

const [url = 'http://127.0.0.1:8545', key = DEVELOPMENT_KEY] = process.argv.slice(2)
const transport = http(url)
const chain = defineChain({
  id: await createPublicClient({ transport }).getChainId(),
  name: 'poai',
  nativeCurrency: { name: 'POAI', symbol: 'POAI', decimals: 18 },
  rpcUrls: { default: { http: [url] } },
})
const reader = createPublicClient({ chain, transport, pollingInterval: 200 }).extend(poaiActions())
const wallet = createWalletClient({ chain, transport, account: privateKeyToAccount(key as Hex) })

const deployment = await reader.waitForTransactionReceipt({
  hash: await wallet.deployContract({ abi: counterAbi, bytecode: counterBytecode }),
})
const { contractAddress: address, blockNumber } = deployment
if (address == null) throw new Error(`the deployment failed in block ${blockNumber}`)
console.log(`deployed ${address} in block ${blockNumber}`)

for (let call = 1; call <= 2; call++) {
  const hash = await wallet.writeContract({ address, abi: counterAbi, functionName: 'increment' })
  const { status, gasUsed } = await reader.waitForTransactionReceipt({ hash })
  console.log(`call ${call}: ${status}, ${gasUsed} gas`)
}

console.log(`count is ${await reader.readContract({ address, abi: counterAbi, functionName: 'count' })}`)
const events = await reader.getContractEvents({ address, abi: counterAbi, fromBlock: blockNumber })
for (const { args, blockNumber: number } of events) {
  console.log(`block ${number}: Incremented by ${args.by} to ${args.count}`)
}

const exam = await reader.poai.getExam(blockNumber)
for (const { question, expected, answer } of exam?.quizzes ?? []) {
  console.log(`the model answered ${question}${answer ?? '?'}, right is ${expected}`)
}
