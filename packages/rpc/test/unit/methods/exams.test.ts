import { afterAll, beforeAll, expect, it } from 'vitest'
import { ExamAnswers } from '../../../src/exams/exam-answers.ts'
import type { MethodContext } from '../../../src/methods/method-context.ts'
import { accuracyMethods } from '../../../src/methods/poai/accuracy.ts'
import { examMethods } from '../../../src/methods/poai/exams.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

function groupOf(context: MethodContext): ReturnType<typeof examMethods> {
  const answers = new ExamAnswers(context.params, context.chain, context.evaluator)
  return [...examMethods(context, answers), ...accuracyMethods(context, answers)]
}

interface ShownExam {
  readonly right: number
  readonly lossMicroNats: string
  readonly transcriptRoot: string
  readonly quizzes: readonly {
    readonly family: string
    readonly expected: string
    readonly tokens: readonly unknown[]
  }[]
}

let methods: OpenMethods
let exam: ShownExam

beforeAll(async () => {
  methods = await openMethods(groupOf)
  await methods.mine(5)
  exam = (await methods.call('poai_getExam', 'latest')) as ShownExam
})

afterAll(() => methods.close())

it('shows the exam of a block with the answers of this node’s model', () => {
  expect(exam).toMatchObject({ number: '0x5', replayAgrees: true })
  for (const { expected, tokens } of exam.quizzes) {
    expect(tokens.map((token) => (token as { readonly expected: string }).expected).join('')).toBe(`${expected}\n`)
  }
})

it('shows the exam without answers where there is no model', async () => {
  const { evaluator: _, verifier: __, ...context } = methods.context
  const without = await openMethods(() => groupOf(context))
  expect(await without.call('poai_getExam', 'latest')).not.toHaveProperty('right')
  expect(await without.refusal('poai_getTranscript', 'latest')).toMatchObject({ code: -32_004 })
  expect(await without.refusal('poai_verifyBlock', 'latest')).toMatchObject({ code: -32_004 })
  await without.close()
})

it('gives all leaves of the transcript, or one with its proof', async () => {
  const root = exam.transcriptRoot
  const all = (await methods.call('poai_getTranscript', 'latest')) as { readonly leaves: readonly string[] }
  expect(all).toMatchObject({ root, agrees: true, size: all.leaves.length })
  const last = all.leaves.length - 1
  expect(await methods.call('poai_getTranscript', 'latest', last)).toMatchObject({
    ...{ root, index: last, leafHash: all.leaves[last], isIncluded: true },
  })
  expect(await methods.refusal('poai_getTranscript', 'latest', last + 1)).toMatchObject({ code: -32_602 })
})

it('replays a block', async () => {
  expect(await methods.call('poai_verifyBlock', '0x1')).toMatchObject({ valid: true })
  expect(await methods.refusal('poai_verifyBlock', '0x6')).toMatchObject({ code: -32_000 })
})

it('has nothing of the genesis block, and of blocks that are not there', async () => {
  for (const place of ['earliest', '0x6']) {
    expect(await methods.call('poai_getExam', place)).toBeNull()
    expect(await methods.call('poai_getTranscript', place)).toBeNull()
  }
})

it('scores a range by block and by family, which sum up to the same', async () => {
  const accuracy = (await methods.call('poai_getAccuracy', 'earliest', 'latest')) as {
    readonly families: readonly { readonly family: string; readonly asked: number; readonly right: number }[]
    readonly blocks: readonly { readonly asked: number; readonly right: number; readonly lossMicroNats: string }[]
  }
  expect(accuracy).toMatchObject({ from: '0x1', to: '0x5' })
  expect(accuracy.blocks).toHaveLength(5)
  expect(accuracy.blocks[4]).toMatchObject({ right: exam.right, lossMicroNats: exam.lossMicroNats })
  const sum = (scores: readonly { readonly asked: number; readonly right: number }[]): readonly number[] => [
    scores.reduce((total, { asked }) => total + asked, 0),
    scores.reduce((total, { right }) => total + right, 0),
  ]
  expect(sum(accuracy.families)).toEqual(sum(accuracy.blocks))
  const names = accuracy.families.map(({ family }) => family)
  expect(names).toEqual([...names].sort())
})

it('scores at most 256 blocks, in order', async () => {
  expect(await methods.refusal('poai_getAccuracy', '0x2', '0x1')).toMatchObject({ code: -32_602 })
  expect(await methods.call('poai_getAccuracy', '0x1', '0x100')).toMatchObject({ from: '0x1' })
  expect(await methods.refusal('poai_getAccuracy', '0x1', '0x101')).toMatchObject({ code: -32_005 })
})
