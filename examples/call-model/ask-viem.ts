// Asks quiz-1 through a node, by viem.
//
// node ask-viem.ts [URL of a node] [question]

import {
  createPublicClient,
  decodeAbiParameters,
  encodeAbiParameters,
  hexToString,
  http,
  parseAbiParameters,
  stringToHex,
  zeroHash,
} from 'viem'

const GENERATE = '0x0000000000000000000000000000000000000a10'
const QUIZ_1 = '0x44155e737aed0961a975625db43f710823405862fe918e326f872498425d5ecc'
const INPUT = parseAbiParameters('bytes32 model, bytes prompt, uint32 maxTokens, uint32 temperature, bytes32 seed')
const OUTPUT = parseAbiParameters('bytes text, uint32 tokens, bytes32 root')

const [url = 'http://127.0.0.1:8545', question = '17 + 25?'] = process.argv.slice(2)
const client = createPublicClient({ transport: http(url) })
const prompt = stringToHex(`\nQ: ${question}\nA: `)
const { data } = await client.call({
  to: GENERATE,
  data: encodeAbiParameters(INPUT, [QUIZ_1, prompt, 13, 0, zeroHash]),
})
if (data === undefined) throw new Error('this network has no models to call')
const [text, tokens, root] = decodeAbiParameters(OUTPUT, data)
console.log(`${hexToString(text)} (${tokens} tokens, root ${root})`)
