// Asks quiz-1 through a node, by ethers.
//
// node ask-ethers.ts [URL of a node] [question]

import { AbiCoder, JsonRpcProvider, toUtf8Bytes, toUtf8String, ZeroHash } from 'ethers'

const GENERATE = '0x0000000000000000000000000000000000000a10'
const QUIZ_1 = '0x44155e737aed0961a975625db43f710823405862fe918e326f872498425d5ecc'
const INPUT = ['bytes32', 'bytes', 'uint32', 'uint32', 'bytes32']
const OUTPUT = ['bytes', 'uint32', 'bytes32']

const [url = 'http://127.0.0.1:8545', question = '17 + 25?'] = process.argv.slice(2)
const provider = new JsonRpcProvider(url)
const coder = AbiCoder.defaultAbiCoder()
const prompt = toUtf8Bytes(`\nQ: ${question}\nA: `)
const data = await provider.call({ to: GENERATE, data: coder.encode(INPUT, [QUIZ_1, prompt, 13, 0, ZeroHash]) })
if (data === '0x') throw new Error('this network has no models to call')
const [text, tokens, root] = coder.decode(OUTPUT, data)
console.log(`${toUtf8String(text)} (${tokens} tokens, root ${root})`)
provider.destroy()
