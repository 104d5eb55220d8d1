import type { Turn } from './dialogue.ts'
import type { Draw } from './draw.ts'
import { capitalise } from './words.ts'

/** The project's terms, one a line: word with article | plural or the word again | answers. */
const TERMS = `
a block|blocks|A block is a list of transactions with a header on top. Each block names the block before it.|A block holds transactions and a header. Blocks follow each other in a chain.
a blockchain|blockchains|A blockchain is a chain of blocks. Every node keeps it and checks it by itself.|A blockchain is a list of blocks that many nodes agree on.
a transaction|transactions|A transaction is a signed order: send coins or call a contract.|A transaction moves coins or calls a contract. Its sender signs it and pays for gas.
a receipt|receipts|A receipt says what a transaction did: whether it worked, how much gas it used, and its logs.|A receipt is the result of a transaction. It has a status, the gas used and the logs.
gas|gas|Gas measures the work of a transaction. Every step costs some gas, and the sender pays for it.|Gas is the unit of work in the virtual machine. A transfer of coins costs 21000 gas.
a gas limit|gas limits|The gas limit says how much gas a transaction or a block may use at most.
the base fee|the base fee|The base fee is the price of gas that a block asks for at least. It rises when blocks are full.
a tip|tips|A tip is what a sender pays the miner for each unit of gas, on top of the base fee.
mining|mining|Mining means making new blocks. A miner runs a model over an exam again and again until the result is below the target.|Mining is the search for a valid block. In poai each attempt is one pass of a language model.
a miner|miners|A miner makes new blocks. It runs the model over exams until a result is below the target.|A miner is a node that looks for new blocks and gets the reward for them.
a validator|validators|A validator checks blocks. It replays the exam of each block and compares the bits.|A validator replays the work of each block. If a bit differs, the block is bad.
a node|nodes|A node is a program that keeps the chain, checks blocks and talks to other nodes.|A node is a member of the network. It keeps the chain and checks every block.
a peer|peers|A peer is another node that your node talks to.|Peers are the nodes that a node is connected to. They send each other blocks and transactions.
a hash|hashes|A hash is a short number made from data. If one bit of the data changes, the hash is another one.|A hash is like a fingerprint of data. Nobody can find other data with the same hash.
a nonce|nonces|A nonce is a number that is used once. A miner changes it for each attempt, and an account counts its transactions with it.
a target|targets|The target is a number. A block is valid only if its work hash is below it.
the difficulty|the difficulty|The difficulty says how many attempts a block takes on average. It rises when blocks come too fast.
an exam|exams|An exam is a page of quizzes made from the block itself. The model reads it, and its outputs are hashed.|An exam is a short text with questions and answers. It is made from the block, so it cannot be known before.
a quiz|quizzes|A quiz is one question of an exam with its answer, such as a sum or a word to spell backwards.
a transcript|transcripts|A transcript is what the model put out over an exam. Its hash goes into the block.
a wallet|wallets|A wallet keeps your keys and signs your transactions.|A wallet is where your keys are. Keep it safe.
an account|accounts|An account has an address, a balance and a nonce.|An account holds coins. Its address is the end of a hash of its public key.
an address|addresses|An address is the name of an account: twenty bytes, written in hexadecimal.
a key|keys|A private key signs transactions. Whoever has it owns the coins, so never show it to anyone.
a signature|signatures|A signature proves that the owner of a key agreed to a transaction.
a smart contract|smart contracts|A smart contract is a program on the chain. It runs the same way on every node.|A smart contract is code with an account of its own. Transactions call it.
a fork|forks|A fork is a change of the rules from some block on. The word is also used when a chain has two ends for a while.
a reorganisation|reorganisations|A reorganisation happens when a node switches to a better chain and leaves some blocks behind.
the genesis block|the genesis block|The genesis block is the first block of a chain. Its number is zero.
a header|headers|A header is the short part of a block. It names the parent, the roots, the target and the nonce.
consensus|consensus|Consensus means that all nodes agree on the same chain. The rules make it possible.
proof of work|proof of work|Proof of work shows that somebody did a lot of computing. In poai this work is running a language model.
proof of inference|proof of inference|Proof of inference is the work of poai: a model reads an exam, and the bits of its outputs are hashed.
poai|poai|Poai is a blockchain whose proof of work is AI. Miners run a small language model.|Poai is a blockchain node. Its miners do not grind hashes, they run a language model.
a language model|language models|A language model is a program that predicts the next piece of a text. I am a very small one.|A language model guesses which letter or word comes next. It learned that from many texts.
inference|inference|Inference means running a model: text goes in, numbers come out.
a token|tokens|A token is a piece of text that a model reads at once. My tokens are single bytes.|In a model, a token is a piece of text. On a chain, a token is a kind of coin made by a contract.
a byte|bytes|A byte is eight bits. It can be a number from 0 to 255, or a letter.
a bit|bits|A bit is a zero or a one. Eight of them make a byte.
a coin|coins|Coins are the money of the chain. You pay gas with them, and miners earn them.
the mempool|the mempool|The mempool holds transactions that wait for a block.
the state|the state|The state is what all accounts and contracts hold after a block.
a log|logs|A log is a note that a contract leaves in a receipt. Programs can search for it.
a bloom filter|bloom filters|A bloom filter is a small set of bits. It says quickly that a log is surely not in a block.
a light client|light clients|A light client keeps only headers. It asks others for the rest and checks the proofs.
a bootnode|bootnodes|A bootnode is a node that new nodes ask first to find their peers.
a testnet|testnets|A testnet is a network for trying things out. Its coins are worth nothing.
an attempt|attempts|An attempt is one pass of the model over an exam. Most attempts fail, and one of many makes a block.
a reward|rewards|The reward is what a miner gets for a block: new coins and the tips.
a virtual machine|virtual machines|The virtual machine runs contracts. Each node gets the same result.
determinism|determinism|Determinism means that the same input gives the same bits on every machine.
a neural network|neural networks|A neural network is a lot of numbers that are multiplied and added. It learns from examples.
an engine|engines|The engine is the part of a node that runs the model. It gives the same bits on every machine.
`

/** Questions with answers of their own: questions separated by / | answers. */
const QUESTIONS = `
what does a miner do?/what do miners do?/What is the job of a miner?/How does a miner work?/what is a miner for|A miner runs a model over exams and makes new blocks.|It makes new blocks. For each attempt it runs the model once.
what does a validator do?/what do validators do?/What is the job of a validator?/How does a validator work?/what is a validator for|A validator replays the exam of each block and checks the bits.
how are blocks made?/Who makes blocks?/who makes the blocks/Where do blocks come from?/how is a block made|Miners make blocks. They run a model until a result is below the target.
how does mining work?/How do I mine?/can you explain how mining works/how do miners find blocks/How is a block found?|A miner builds a block, makes an exam from it and runs the model. If the hash of the outputs is below the target, the block is found.
why do i pay gas?/Why does a transaction cost gas?/what is gas for?/why is there gas/Why do I need gas?|Gas keeps the work of nodes bounded. Whoever makes nodes work pays for it.
how much gas does a transfer cost?/What does a transfer cost?/how much gas for sending coins/how much is a transfer/What is the gas of a transfer?|A plain transfer of coins costs 21000 gas.
what is in a receipt?/What does a receipt say?/what does a receipt contain/What can I read in a receipt?/what is written in a receipt|A receipt has a status, the gas used, a filter and the logs.
what is in a block?/What does a block contain?/what does a block hold/What is inside a block?/what is written in a block|A block has a header and a list of transactions.
what is in a header?/What does a header contain?/what does a header hold/What is inside a header?/what is written in a header|A header has the hash of the parent, the roots, the gas, the time, the target and the nonce.
how do i send coins?/How can I send coins?/how to send a transaction/How do I pay somebody?/how can i make a transfer|Sign a transaction with your wallet and send it to a node. It waits in the mempool until a miner takes it.
is my transaction safe?/When is a transaction final?/how many blocks should i wait/Is one block enough?/when is my payment safe|Wait for some blocks on top of it. The more blocks follow, the safer it is.
can i mine with a laptop?/Do I need a fast computer to mine?/can my computer mine/Do I need a GPU?/is a laptop enough for mining|Yes, the model is small, so a laptop can mine. A faster machine makes more attempts.
what happens if two blocks are found at once?/What if two miners find a block?/two blocks at the same time?/what if there are two blocks/Can two blocks have the same parent?|Then the chain has two ends for a while. Nodes follow the one with more work.
can i change a block?/Can somebody change an old block?/is it possible to change the chain/Who can change the past?/can a block be changed|No. A changed block has another hash, and all later blocks would no longer fit.
how do nodes find each other?/How does a node find peers?/where do peers come from/How do I connect to the network?/how do i join the network|A new node asks a bootnode for peers and connects to them.
why does poai use a model?/Why is the work a language model?/why not grind hashes/What is special about poai?/what makes poai different|Because the work of poai is running a model. Machines that are good at that are useful for more than mining.
what happens if a block is wrong?/What if a block is bad?/what do nodes do with bad blocks/What happens to an invalid block?/can a bad block get in|Every node checks it and rejects it. A bad block never gets into the chain.
what is the reward for a block?/What does a miner earn?/what do miners get/How much does a miner earn?/what do i get for a block|A miner gets new coins and the tips of the transactions.
where are my coins?/Where are the coins kept?/are my coins in the wallet/Where is my money?/does my wallet hold my coins|The coins are in the state of the chain. Your wallet only has the key.
i lost my key/I lost my private key./what if i lose my key?/What happens if I lose my key?/my key is gone|Then nobody can move the coins any more. Always keep a copy of a key in a safe place.
`

const ABOUT_ONE = [
  'What is @?',
  'what is @',
  "what's @?",
  'What is @, please?',
  'Can you explain what @ is?',
  'do you know what @ is?',
  'Please explain what @ is.',
  'Tell me what @ is.',
  'explain @',
  'I want to know what @ is.',
  'so what is @',
  'What exactly is @?',
] as const
const ABOUT_MANY = [
  'What are @?',
  'what are @',
  'Explain @.',
  'tell me about @',
  'Tell me about @.',
  'Tell me something about @.',
  'What do you know about @?',
  'I want to know more about @.',
  'Can you tell me about @?',
] as const

interface Term {
  readonly one: string
  readonly many: string
  readonly bare: string
  readonly answers: readonly string[]
}

const terms: readonly Term[] = TERMS.trim()
  .split('\n')
  .map((line) => {
    const [one = '', many = '', ...answers] = line.split('|')
    return { one, many, bare: one.replace(/^(an?|the) /, ''), answers }
  })
const questions = QUESTIONS.trim()
  .split('\n')
  .map((line) => {
    const [asked = '', ...answers] = line.split('|')
    return { asked: asked.split('/'), answers }
  })

/** Every term that the model explains, as people ask for it: `a block`. */
export const KNOWN_TERMS: readonly string[] = terms.map(({ one }) => one)

export function drawTerm(draw: Draw): readonly Turn[] {
  const turns: Turn[] = []
  const count = 1 + draw.below(4)
  for (let i = 0; i < count; i++) {
    if (draw.percent(30)) {
      const { asked, answers } = draw.pick(questions)
      turns.push({ topic: 'terms', user: draw.wording(asked), answer: draw.pick(answers) })
      continue
    }
    const term = draw.pick(terms)
    const kind = draw.below(100)
    const user =
      kind < 62
        ? draw.wording(ABOUT_ONE).replace('@', term.one)
        : kind < 85
          ? term.many === term.one
            ? draw.wording(ABOUT_ONE).replace('@', term.one)
            : draw.wording(ABOUT_MANY).replace('@', term.many)
          : draw
              .wording([
                'What does @ mean?',
                'what does @ mean',
                'define @',
                'Define @.',
                'What does the word @ mean?',
                'meaning of @',
                'And @?',
              ])
              .replace('@', term.bare)
    turns.push({ topic: 'terms', user: draw.percent(20) ? capitalise(user) : user, answer: draw.pick(term.answers) })
  }
  return turns
}
