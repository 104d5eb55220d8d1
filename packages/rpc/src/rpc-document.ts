import { type Method, methodsToMarkdown } from '@poai/api'
import { MAX_JSON_DEPTH } from './dispatch/check-depth.ts'
import { RPC_DEFAULTS } from './rpc-limits.ts'

const { maxBatch, maxBodyBytes, maxConcurrent, callTimeoutMs, costPerSecond, costBurst } = RPC_DEFAULTS
const NUMBERS = new Intl.NumberFormat('en')

const INTRODUCTION = `# JSON-RPC

Made from the table of methods in \`packages/rpc/src/methods\`; \`rpc.discover\` serves the same as an OpenRPC document.

A node answers JSON-RPC 2.0 over HTTP and WebSocket on one port (\`--http-port\`, by default on 127.0.0.1) and over its local socket,
\`poai.ipc\` in the data directory, one JSON document a line. Arguments stand in a list; those with \`?\` may be left out. Numbers are
quantities (\`"0x1f"\`), bytes have two digits each. What is not there is \`null\`, never an error.

## From programs

Whatever speaks to Ethereum speaks to this: ethers, viem, Hardhat, MetaMask, Otterscan, Blockscout. The chain's own methods come typed with
\`@poai/api/client\`, which also runs in a browser:

\`\`\`ts
import { poaiActions, poaiOf } from '@poai/api/client'

// viem
const client = createPublicClient({ transport: http('http://127.0.0.1:8545') }).extend(poaiActions())
const exam = await client.poai.getExam('latest')
const { valid } = await client.poai.verifyBlock(1200n)

// ethers
const { families } = await poaiOf(new JsonRpcProvider('http://127.0.0.1:8545')).getAccuracy(1, 'latest')
\`\`\`

Heights and counts may be given as bigints, numbers or hexadecimal; in answers they are as the node sent them.

## Who may ask what

The namespaces \`admin\`, \`miner\` and \`debug\` are for the node's owner: over its local socket, or with its token
(\`authorization: Bearer …\`). To others they do not exist. Everything else reads, or offers what the node then judges like a stranger's
(\`eth_sendRawTransaction\`, \`poai_submitWork\`). The node holds no keys: what signs (\`eth_sendTransaction\`, \`eth_sign\`,
\`personal_…\`) does not exist. Pages of other origins need \`--http-cors\`, other host names \`--http-vhosts\`.

One client address may ask for ${NUMBERS.format(costPerSecond)} plain reads a second and ${NUMBERS.format(costBurst)} at once (\`--http-rate\`); calls, searches and above
all passes of the model count as many. A message has at most ${NUMBERS.format(maxBodyBytes / 2 ** 20)} MiB and nests ${MAX_JSON_DEPTH} deep, a batch has at most ${NUMBERS.format(maxBatch)} calls, a call takes at most
${callTimeoutMs / 1000} s, and ${NUMBERS.format(maxConcurrent)} run at the same time. Who reads subscriptions too slowly is cut off.

## When the chain is reorganised

Every block that joins the chain is announced by \`newHeads\`, also at heights that were announced before. \`logs\` come again with
\`removed: true\` for blocks that left, newest first, before those of the blocks that came. Transactions of blocks that left wait again.

## Errors

Errors have the numbers of JSON-RPC 2.0 and EIP-1474: -32700 no JSON, -32600 no call, -32601 no such method, -32602 wrong arguments,
-32603 our fault, -32000 refused (with geth's texts, which ethers and viem read), -32002 not now, -32004 this node cannot, -32005 too
much (\`data.retryAfterMs\` says when again), 3 reverted (\`data\` is what the contract returned), 4444 not kept any more.`

/** What people should know of a namespace besides its methods. */
const NOTES: ReadonlyMap<string, string> = new Map([
  [
    'eth',
    'Blocks look as Ethereum’s did under proof of work: `mixHash` is the transcript root, `nonce` the attempt, `difficulty` the attempts that ' +
      'the target stands for, and `poai` holds the target and the loss. `pending` is the head; only `eth_getTransactionCount` looks into the pool. ' +
      '`safe` is 12 blocks deep. `finalized` is what no reorganisation changes any more: 200 blocks deep once this node has settled among peers that agree, ' +
      'and where it was before until then, at first the genesis block. `eth_getProof` knows the newest state only.',
  ],
  ['poai', 'What is this chain’s own: exams, transcripts, replays, the node, and work for miners on other machines.'],
  [
    'ots',
    'For Otterscan. There is no index by address: searches read blocks, at most 20,000 at a time, and see what transactions say, not what contracts did inside them.',
  ],
  [
    'debug',
    'Executes again what was executed: dear, so for the node’s owner. Tracers: none (every instruction), `callTracer`, `prestateTracer`, `4byteTracer`, `noopTracer`.',
  ],
])

/** docs/JSON-RPC.md. */
export function rpcDocument(methods: readonly Pick<Method, 'name' | 'summary' | 'params' | 'result'>[]): string {
  return `${INTRODUCTION}\n\n${methodsToMarkdown(methods, NOTES)}\n`
}
