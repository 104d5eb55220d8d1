import { type Method, methodsToMarkdown } from '@poai/api'
import { MAX_JSON_DEPTH } from './dispatch/check-depth.ts'
import { RPC_DEFAULTS } from './rpc-limits.ts'

const { maxBatch, maxBodyBytes, maxConcurrent, callTimeoutMs, costPerSecond, costBurst } = RPC_DEFAULTS
const NUMBERS = new Intl.NumberFormat('en')

const INTRODUCTION = `# JSON-RPC

Made from the methods that a node serves. \`rpc.discover\` serves the same as an OpenRPC document.

A node answers JSON-RPC 2.0 over HTTP and WebSocket on one port (\`--http-port\`, by default on 127.0.0.1), and over
its local socket: \`poai.ipc\` in the data directory, one JSON document a line. Arguments are given as a list; those
marked \`?\` may be left out. Numbers are quantities (\`"0x1f"\`); bytes are two hexadecimal digits each. What does
not exist is \`null\`, or an error where Ethereum’s nodes answer with one.

## From programs

Whatever speaks to Ethereum speaks to this: ethers, viem, web3.js, Foundry, Hardhat, Ponder, MetaMask, Otterscan,
Blockscout. \`npm run evidence -- outsiders\` lets those that npm has work on a network of real nodes: they deploy, send
transactions of every type, trace, subscribe, fork and index, and what they say is compared with what was sent. The
exception is a client that computes the hash of each header by itself, as light clients and verifying proxies do:
headers have other members here, so it gets other hashes and refuses every block. \`poaiHeaderHash\` computes the right
one.
\`@poai/api/client\` brings the chain's own methods with their types. It also runs in a browser:

\`\`\`ts
import { poaiActions, poaiOf } from '@poai/api/client'

// viem
const client = createPublicClient({ transport: http('http://127.0.0.1:8545') }).extend(poaiActions())
const exam = await client.poai.getExam('latest')
const { valid } = await client.poai.verifyBlock(1200n)

// ethers
const { families } = await poaiOf(new JsonRpcProvider('http://127.0.0.1:8545')).getAccuracy(1, 'latest')
\`\`\`

Without such a library, \`createNodeClient\` types every method by its name, over whatever can carry a call. With
\`checkAnswers\` it compares each answer with its schema first, so that a node of another version causes an error
and not a wrong number:

\`\`\`ts
import { checkAnswers, createNodeClient } from '@poai/api/client'
import { createHttpRpcClient } from '@poai/api/connect'

const http = createHttpRpcClient({ url: 'http://127.0.0.1:8545' })
const node = createNodeClient(checkAnswers((method, params) => http.call(method, params)))
const { head, peers } = await node.call('poai_nodeStatus')
\`\`\`

Heights and counts may be given as bigints, numbers or hexadecimal. Answers are as the node sent them.

## Who may ask what

The namespaces \`admin\`, \`miner\`, \`debug\` and \`trace\` are for the node's owner: over its local socket, or with
its token (\`authorization: Bearer …\`). To others they do not exist. An operator may let everybody trace
(\`debug_trace…\`, \`trace_…\`) within a budget that all share: \`--http-traces\`. All other methods only read, or
hand in something that the node then judges like a stranger's (\`eth_sendRawTransaction\`, \`poai_submitWork\`). The
node holds no keys, so methods that sign (\`eth_sendTransaction\`, \`eth_sign\`, \`personal_…\`) do not exist. Pages
of other origins need \`--http-cors\`, other host names \`--http-vhosts\`. Extensions of the browser, such as wallets,
need no \`--http-cors\`: the user has installed them.

One client address may ask for ${NUMBERS.format(costPerSecond)} plain reads a second, and for
${NUMBERS.format(costBurst)} at once after a rest (\`--http-rate\`). Calls, searches and above all passes of the
model count as many reads. A message has at most ${NUMBERS.format(maxBodyBytes / 2 ** 20)} MiB and nests at most
${MAX_JSON_DEPTH} levels deep, a batch has at most ${NUMBERS.format(maxBatch)} calls, a call takes at most
${callTimeoutMs / 1000} s, and at most ${NUMBERS.format(maxConcurrent)} calls run at the same time. Whoever reads
subscriptions too slowly is disconnected.

## When the chain is reorganised

\`newHeads\` announces every block that joins the chain, also at heights that it announced before. For blocks that
left, \`logs\` come again with \`removed: true\`, the newest first; then come the logs of the new blocks.
Transactions of blocks that left wait in the pool again.

## Errors

Errors have the numbers of JSON-RPC 2.0 and EIP-1474:

| code | meaning |
| --- | --- |
| -32700 | not JSON |
| -32600 | not a call |
| -32601 | no such method |
| -32602 | wrong arguments |
| -32603 | a fault of the node |
| -32000 | refused, with geth's texts, which ethers and viem read |
| -32001 | no such thing, where Ethereum’s methods want an error |
| -32002 | not available now |
| -32003 | a transaction that the rules of a simulated block refuse |
| -32004 | this node cannot do that |
| -32005 | too much; \`data.retryAfterMs\` says when to try again |
| 3 | reverted; \`data\` is what the contract returned |
| 4 | sent, but not mined in the time that \`eth_sendRawTransactionSync\` was given; \`data\` is the hash |
| -38010 … -38026 | what \`eth_simulateV1\` cannot do, by the numbers of Ethereum’s execution-apis |
| 4444 | no longer kept |`

/** What people should know of a namespace besides its methods. */
const NOTES: ReadonlyMap<string, string> = new Map([
  [
    'eth',
    `Blocks look as Ethereum’s did under proof of work: \`mixHash\` is the transcript root, \`nonce\` the attempt, and
\`difficulty\` the number of attempts that the target stands for. \`poai\` holds the target and the loss.
\`pending\` is the head; only \`eth_getTransactionCount\` looks into the pool. \`safe\` is 12 blocks deep.
\`finalized\` is what no reorganisation changes any more: 200 blocks deep once this node has settled among peers
that agree. Until then it stays where it was before, at first at the genesis block. \`eth_getProof\` knows the
newest state only.`,
  ],
  ['poai', 'What only this chain has: exams, transcripts, replays, the node, and jobs for miners on other machines.'],
  [
    'ots',
    `For Otterscan. There is no index by address: searches read blocks, at most 20,000 at a time. They see what
transactions say, not what contracts did inside them. What they find comes with its logs.`,
  ],
  [
    'debug',
    `These execute again what was executed before. That is expensive, so they are for the node’s owner.
Tracers: none (every instruction), \`callTracer\` (\`withLog\`, \`onlyTopCall\`), \`prestateTracer\` (\`diffMode\`,
\`disableCode\`, \`disableStorage\`, \`includeEmpty\`), \`flatCallTracer\` (\`convertParityErrors\`,
\`includePrecompiles\`), \`4byteTracer\`, \`noopTracer\`, and \`muxTracer\`, whose configuration names others with
theirs. Options and answers are geth’s. Calls that never begin, because they are too deep or send more than there is,
have no frame.`,
  ],
  [
    'trace',
    `Traces as OpenEthereum, Erigon and Reth give them. \`vmTrace\` is refused. \`trace_filter\` looks at 1,000 blocks at
most, executes each again, and finds what matches \`fromAddress\` or \`toAddress\`; with \`mode: "intersection"\`, what
matches both. \`npm run evidence -- tracers\` compares all tracers with anvil’s.`,
  ],
])

/** docs/JSON-RPC.md. */
export function rpcDocument(methods: readonly Pick<Method, 'name' | 'summary' | 'params' | 'result'>[]): string {
  return `${INTRODUCTION}\n\n${methodsToMarkdown(methods, NOTES)}\n`
}
