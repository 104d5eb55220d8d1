/**
 * How hard a transcript is to guess, and what shortcuts are worth:
 * `npm run bench -- entropy [--model FILE] [--exams N]`. The figures stand in docs/SECURITY-MODEL.md, with their
 * meaning.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  createExamBuilder,
  createTranscript,
  deriveExamSeed,
  type Exam,
  type ExamEvaluation,
  networkExamOptions,
} from '@poai/consensus'
import { devnet, sealHash } from '@poai/core'
import { type BenchEngineOptions, openBenchEngine } from '@poai/testing/bench-engine'
import { countLayers, writeCoarseModel, writeShallowModel } from '@poai/testing/cheaper-models'
import { someSealedHeader } from '../unit/work/some-header.ts'
import { epochKey } from '../unit/work/some-network.ts'
import { attemptBits, type Guess } from './entropy/guess-bits.ts'
import { ascending, collisionBits, crossResiduals, mean, quantile } from './entropy/statistics.ts'

const { values } = parseArgs({
  options: { model: { type: 'string' }, exams: { type: 'string', default: '1600' } },
})
const count = Number(values.exams)

/** Bits that a transcript must leave open. */
const WANTED_BITS = 128
/** Exams of the table's experiment, and the salts that each is asked under. */
const TABLE_EXAMS = Math.ceil(count / 10)
const TABLE_SALTS = 9
/** Exams for the other build: it is slow. */
const OTHER_BUILD_EXAMS = 256
/** Exams that a miner might build ahead to pick those with common beginnings. */
const SHARED_PREFIX_EXAMS = 1 << 16

const options = networkExamOptions(devnet)
const buildExam = createExamBuilder(options)
const sealed = sealHash(someSealedHeader)
const examOf = (nonce: number): Exam => buildExam(deriveExamSeed({ epochKey, sealHash: sealed, nonce: BigInt(nonce) }))

const exams = Array.from({ length: count }, (_, nonce) => examOf(nonce))
const [{ probes, answerPositions } = examOf(0)] = exams
const LEAVES = answerPositions.length
const STRIDE = 4 + probes.length
/** Words whose bits are counted, one of each leaf at a time: any subset of what a cheat must know bounds the guess. */
const COUNTED = { maximum: 1, 'first probe': 4 } as const

interface Run {
  readonly evaluations: readonly ExamEvaluation[]
  readonly cpuMicroseconds: number
}

async function run(list: readonly Exam[], path?: string, engineOptions?: BenchEngineOptions): Promise<Run> {
  const { evaluate, workerCpuSeconds, close } = await openBenchEngine(path, { program: 'llama', ...engineOptions })
  try {
    await evaluate(list.slice(0, 32))
    const before = workerCpuSeconds()
    const evaluations = await evaluate(list)
    return { evaluations, cpuMicroseconds: ((workerCpuSeconds() - before) * 1e6) / list.length }
  } finally {
    await close()
  }
}

const floats = (words: Uint32Array): Float32Array => new Float32Array(words.buffer, words.byteOffset, words.length)

function line(name: string, ...columns: readonly (string | number)[]): void {
  const cells = columns.map((cell) => (typeof cell === 'number' ? cell.toFixed(2) : cell).padStart(12))
  console.log(`${name.padEnd(48)}${cells.join('')}`)
}

/** The leaf's numbers as a cheaper model gives them, for a regression on the right ones. */
function featuresOf(evaluation: ExamEvaluation, leaf: number): readonly number[] {
  const [answer = 0, maximum = 0, totalWeight = 1, , ...rest] = floats(evaluation.words).slice(leaf * STRIDE)
  return [1, answer, maximum, Math.log(totalWeight), ...rest.slice(0, STRIDE - 4)]
}

function guessesBy(predicted: readonly ExamEvaluation[], word: number): readonly Guess[] {
  const rows = predicted.flatMap((evaluation) => leavesOf((leaf) => featuresOf(evaluation, leaf)))
  const right = honest.evaluations.slice(0, predicted.length)
  const actual = right.flatMap(({ words }) => leavesOf((leaf) => floats(words)[leaf * STRIDE + word] ?? 0))
  const residuals = crossResiduals(rows, actual)
  const wordOf = ({ words }: ExamEvaluation, leaf: number): number => words[leaf * STRIDE + word] ?? 0
  const hits = predicted.flatMap((evaluation, e) =>
    leavesOf((leaf) => wordOf(evaluation, leaf) === wordOf(right[e] as ExamEvaluation, leaf)),
  )
  return actual.map((value, i) => ({
    actual: value,
    residual: residuals[i] as number,
    isHit: hits[i] === true,
    difficulty: rows[i]?.[3] ?? 0,
  }))
}

function leavesOf<Value>(of: (leaf: number) => Value): readonly Value[] {
  return Array.from({ length: LEAVES }, (_, leaf) => of(leaf))
}

function printBits(name: string, guesses: readonly Guess[]): number {
  const bits = attemptBits(guesses, LEAVES)
  line(name, bits.lowest, bits.mean, bits.lowestSmooth, bits.shared, bits.uneven, `${bits.mostHits} of ${LEAVES}`)
  return bits.lowest
}

/** Shares of equal words (arg max aside), leaves and exams. */
function equalShares(a: readonly ExamEvaluation[], b: readonly ExamEvaluation[]): readonly string[] {
  let words = 0
  let leaves = 0
  let whole = 0
  a.forEach((evaluation, e) => {
    let equalLeaves = 0
    for (let leaf = 0; leaf < LEAVES; leaf++) {
      let equal = 0
      for (let word = 0; word < STRIDE; word++) {
        const at = leaf * STRIDE + word
        if (word !== 3 && evaluation.words[at] === b[e]?.words[at]) equal++
      }
      words += equal
      if (equal === STRIDE - 1) equalLeaves++
    }
    leaves += equalLeaves
    if (equalLeaves === LEAVES) whole++
  })
  const percent = (part: number, all: number): string => `${((100 * part) / all).toFixed(3)} %`
  return [
    percent(words, a.length * LEAVES * (STRIDE - 1)),
    percent(leaves, a.length * LEAVES),
    percent(whole, a.length),
  ]
}

function lossesOf(evaluations: readonly ExamEvaluation[]): readonly number[] {
  return evaluations.map((evaluation, e) => {
    const transcript = createTranscript(exams[e] as Exam, evaluation)
    return transcript.kind === 'finite' ? Number(transcript.lossMicroNats) : Number.NaN
  })
}

const folder = await mkdtemp(join(tmpdir(), 'poai-entropy-'))
const probe = await openBenchEngine(values.model, { program: 'llama' })
const source = probe.modelPath
await probe.close()
let tableRun: Run | undefined
const honest = await run(exams, values.model)

try {
  const layers = await countLayers(source)
  const cheaper: { readonly name: string; readonly run: Run }[] = []
  const coarse = join(folder, 'coarse.gguf')
  await writeCoarseModel(coarse, source)
  cheaper.push({ name: 'same model, 4-bit weights', run: await run(exams, coarse) })
  for (const depth of [layers - 1, Math.ceil(layers / 2)]) {
    const shallow = join(folder, `shallow-${depth}.gguf`)
    await writeShallowModel(shallow, source, depth)
    cheaper.push({ name: `first ${depth} of ${layers} layers`, run: await run(exams, shallow) })
  }
  const otherBuild = await run(exams.slice(0, OTHER_BUILD_EXAMS), source, { domain: 'x64-sse42' })

  console.log(
    `${count} exams of ${exams[0]?.tokens.length} tokens, ${LEAVES} leaves, model ${source.split('/').at(-1)}\n`,
  )

  line('bits that a guess leaves open, per attempt', 'lowest', 'mean', 'smooth', 'shared', 'uneven', 'most right')
  const floors: number[] = []
  for (const [name, word] of Object.entries(COUNTED)) {
    console.log(`one word of each leaf: its ${name}`)
    for (const cheap of cheaper) floors.push(printBits(`  by ${cheap.name}`, guessesBy(cheap.run.evaluations, word)))
    floors.push(printBits('  by a table of all questions under other salts', await tableGuesses(word)))
  }
  const floor = Math.min(...floors)
  console.log('a whole pass all the same, by other arithmetic: the SSE 4.2 build')
  for (const [name, word] of Object.entries(COUNTED)) {
    printBits(`  one word of each leaf: its ${name}`, guessesBy(otherBuild.evaluations, word))
  }
  const verdict = floor >= WANTED_BITS ? 'at least' : 'BELOW'
  line('lowest of all', floor)
  console.log(`every attempt, by every predictor: ${verdict} the wanted ${WANTED_BITS} bits\n`)
  if (floor < WANTED_BITS) process.exitCode = 1

  line('raw words of all leaves', 'collision bits', 'distinct')
  for (const [name, word] of Object.entries({ answer: 0, ...COUNTED, 'total weight': 2 })) {
    const all = honest.evaluations.flatMap(({ words }) => leavesOf((leaf) => words[leaf * STRIDE + word] ?? 0))
    const { bits, atLeast } = collisionBits(all)
    line(`  ${name}`, `${atLeast ? '> ' : ''}${bits.toFixed(1)}`, ` ${new Set(all).size} / ${all.length}`)
  }

  console.log('')
  line('equal to the honest evaluation', 'words', 'leaves', 'exams', 'CPU us')
  line('  honest', ...equalShares(honest.evaluations, honest.evaluations), honest.cpuMicroseconds)
  for (const cheap of cheaper) {
    line(`  ${cheap.name}`, ...equalShares(honest.evaluations, cheap.run.evaluations), cheap.run.cpuMicroseconds)
  }
  line(
    '  same model, SSE 4.2 build',
    ...equalShares(honest.evaluations.slice(0, OTHER_BUILD_EXAMS), otherBuild.evaluations),
    otherBuild.cpuMicroseconds,
  )
  const together = await run(exams.slice(0, 512), source, { maxSequences: 8 })
  const alone = honest.evaluations.slice(0, 512)
  line('  honest, 8 exams in one decode', ...equalShares(alone, together.evaluations), together.cpuMicroseconds)

  printLosses(cheaper[0]?.run.evaluations ?? [])
  await printPicking()
  printSharedPrefixes()
} finally {
  await rm(folder, { recursive: true, force: true })
}

/**
 * The strongest table there could be: it knows the answers to the very questions under eight other salts of the same
 * length.
 */
async function tableGuesses(word: number): Promise<readonly Guess[]> {
  tableRun ??= await run(exams.slice(0, TABLE_EXAMS).flatMap(underOtherSalts))
  const actual = tableRun.evaluations.map(({ words }) => leavesOf((leaf) => floats(words)[leaf * STRIDE + word] ?? 0))
  const weights = tableRun.evaluations.map(({ words }) =>
    leavesOf((leaf) => Math.log(floats(words)[leaf * STRIDE + 2] ?? 1)),
  )
  return actual.flatMap((own, e) => {
    const first = e - (e % TABLE_SALTS)
    const others = Array.from({ length: TABLE_SALTS }, (_, i) => first + i).filter((i) => i !== e)
    return own.map((value, leaf) => {
      const known = mean(others.map((i) => actual[i]?.[leaf] ?? 0))
      // A mean of few salts is itself off: scale the error to that of a mean of all of them.
      const residual = (value - known) * Math.sqrt((TABLE_SALTS - 1) / TABLE_SALTS)
      const difficulty = mean(others.map((i) => weights[i]?.[leaf] ?? 0))
      return { actual: value, residual, isHit: value === actual[others[0] ?? e]?.[leaf], difficulty }
    })
  })
}

function underOtherSalts(exam: Exam): readonly Exam[] {
  const saltTokens = exam.text.indexOf('\n')
  const { begin, saltSymbols } = options.vocabulary
  return Array.from({ length: TABLE_SALTS }, (_, variant) => {
    const other = examOf(count + variant)
    // Another exam's seed is as good a source of symbols as any.
    const tokens = exam.tokens.slice()
    for (let i = 0; i < saltTokens; i++) {
      const drawn = (other.tokens[i % other.tokens.length] ?? 0) * 31 + i * 17 + (exam.tokens[begin.length + i] ?? 0)
      tokens[begin.length + i] = saltSymbols[drawn % saltSymbols.length]?.token ?? 0
    }
    return { ...exam, tokens }
  })
}

function printLosses(coarse: readonly ExamEvaluation[]): void {
  const losses = lossesOf(honest.evaluations)
  const guesses = lossesOf(coarse)
  const counts = new Map<number, number>()
  for (const loss of losses) counts.set(loss, (counts.get(loss) ?? 0) + 1)
  const common = Math.max(...counts.values())
  const { bits, atLeast } = collisionBits(losses)
  const sorted = ascending(losses)
  const share = (within: number): string => {
    const hits = losses.filter((loss, i) => Math.abs(loss - (guesses[i] ?? 0)) <= within).length
    return `${((100 * hits) / losses.length).toFixed(2)} %`
  }
  console.log('\nloss in micro-nats')
  line('  quantiles 1, 25, 50, 75, 99 %', ...[0.01, 0.25, 0.5, 0.75, 0.99].map((f) => `${quantile(sorted, f)}`))
  line('  collision bits', `${atLeast ? '> ' : ''}${bits.toFixed(1)}`)
  line('  share of the commonest loss', `${((100 * common) / losses.length).toFixed(2)} %`)
  line('  guessed by the 4-bit model: exactly, within 10', share(0), share(10))
}

/** Whether an exam with a short salt costs another time than one with a long one. */
async function printPicking(): Promise<void> {
  const bySalt = exams.toSorted((a, b) => a.text.indexOf('\n') - b.text.indexOf('\n'))
  const size = Math.min(300, Math.floor(exams.length / 4))
  const { evaluate, workerCpuSeconds, close } = await openBenchEngine(values.model, { program: 'llama' })
  const spent = { short: 0, long: 0 }
  const ROUNDS = 6
  for (let round = 0; round < ROUNDS; round++) {
    for (const [kind, list] of [
      ['short', bySalt.slice(0, size)],
      ['long', bySalt.slice(-size)],
    ] as const) {
      const before = workerCpuSeconds()
      await evaluate(list.slice((round * size) / ROUNDS, ((round + 1) * size) / ROUNDS))
      spent[kind] += workerCpuSeconds() - before
    }
  }
  await close()
  console.log('\npicking exams')
  line('  CPU of the shortest salts to the longest', spent.short / spent.long)
}

/** What sorting a great many exams by their salts would save. */
function printSharedPrefixes(): void {
  const beginnings = Array.from({ length: SHARED_PREFIX_EXAMS }, (_, nonce) => examOf(nonce).text.slice(0, 12)).sort()
  let shared = 0
  beginnings.forEach((text, i) => {
    const before = beginnings[i - 1] ?? ''
    let length = 0
    while (length < text.length && text[length] === before[length]) length++
    shared += length
  })
  const tokens = 1 + shared / SHARED_PREFIX_EXAMS
  line(`  tokens shared by neighbours of ${SHARED_PREFIX_EXAMS} sorted`, tokens)
  line('  which is of all tokens', `${((100 * tokens) / ((exams[0]?.tokens.length ?? 1) - 1)).toFixed(2)} %`)
}
