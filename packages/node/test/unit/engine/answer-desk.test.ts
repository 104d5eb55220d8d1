import { answeredCall, judgeAnswer, requestOfAnswer } from '@poai/consensus'
import {
  decodeInferenceCall,
  encodeGenerate,
  encodeReplay,
  type GenerateAnswer,
  type InferenceCall,
  type InferenceKind,
  invariant,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import { createFakeEngine, type GenerateOptions } from '@poai/inference'
import { SCRIPTED_MODEL } from '@poai/testing/chain'
import { describe, expect, it } from 'vitest'
import { type AnswerDesk, createAnswerDesk, MAX_WAITING_CALLS } from '../../../src/engine/answer-desk.ts'
import type { ModelEngines } from '../../../src/engine/model-engines.ts'

function callOf(kind: InferenceKind, input: Uint8Array): InferenceCall {
  const call = decodeInferenceCall({ models: [SCRIPTED_MODEL] }, kind, input)
  invariant(call !== undefined, 'a call')
  return call
}

function question(text: string): InferenceCall {
  const prompt = utf8ToBytes(text)
  return callOf(
    'generate',
    encodeGenerate({ model: SCRIPTED_MODEL.sha256, prompt, maxTokens: 5, temperature: 700, seed: ZERO_HASH }),
  )
}

interface World {
  readonly desk: AnswerDesk
  readonly asked: (GenerateOptions | undefined)[]
  /** Lets generations go on that `hold` keeps. */
  release(): void
}

/** A desk over a fake engine; with `hold`, generations wait until they are released or given up. */
async function open(hold = false): Promise<World & { readonly engines: Pick<ModelEngines, 'evaluate' | 'generate'> }> {
  const engine = createFakeEngine({ seed: 3 })
  await engine.start()
  const gate = Promise.withResolvers<void>()
  const asked: (GenerateOptions | undefined)[] = []
  const engines: Pick<ModelEngines, 'evaluate' | 'generate'> = {
    evaluate: (requests) => engine.evaluate(requests),
    generate: async (_, request, options) => {
      asked.push(options)
      const given = new Promise<never>((_resolve, reject) =>
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)),
      )
      given.catch(() => undefined)
      if (hold) await Promise.race([gate.promise, given])
      return engine.generate(request)
    },
  }
  return { desk: createAnswerDesk(engines), asked, engines, release: gate.resolve }
}

describe('the desk of answers', () => {
  it('answers as a replay judges', async () => {
    const { desk, engines } = await open()
    const call = question('hello')
    const answer = (await desk.forCalls.answer(call)) as GenerateAnswer
    const answered = answeredCall(call, answer)
    const [evaluation] = await engines.evaluate([requestOfAnswer(answered)])
    judgeAnswer(answered, evaluation as never)
    const { tokens, root } = answer
    const input = encodeReplay({
      ...{ model: SCRIPTED_MODEL.sha256, prompt: utf8ToBytes('hello'), temperature: 700, seed: ZERO_HASH },
      ...{ output: Uint32Array.from(tokens), root },
    })
    const judged = await desk.forCalls.answer(callOf('replay', input))
    expect(judged).toMatchObject({ isRightRoot: true, firstWrong: tokens.length })
  })

  it('asks a model once for each call, however often and for whom', async () => {
    const { desk, asked } = await open()
    const first = await desk.forCalls.answer(question('hello'))
    expect(await desk.forCalls.answer(question('hello'))).toBe(first)
    expect(await desk.forBlocks.answer(question('hello'))).toBe(first)
    await desk.forCalls.answer(question('hello!'))
    expect(asked).toHaveLength(2)
    expect(desk.figures).toMatchObject({ computed: 2, shared: 2, refused: 0 })
  })

  it('lets questions under way be shared, but no block wait for what a stranger asked', async () => {
    const { desk, asked, release } = await open(true)
    const both = [desk.forCalls.answer(question('a')), desk.forCalls.answer(question('a'))]
    const block = desk.forBlocks.answer(question('a'))
    expect(asked.map((options) => options?.priority)).toEqual(['call', 'build'])
    release()
    const [one, other, built] = await Promise.all([...both, block])
    expect(one).toBe(other)
    expect(built).toEqual(one)
  })

  it('gives up what nobody waits for any more, and not before', async () => {
    const { desk, asked, release } = await open(true)
    const [one, other] = [new AbortController(), new AbortController()]
    const waiting = [one, other].map(({ signal }) => desk.forCalls.answer(question('a'), signal))
    one.abort(new Error('gone'))
    await expect(waiting[0]).rejects.toThrow('gone')
    expect(asked[0]?.signal?.aborted).toBe(false)
    other.abort(new Error('gone too'))
    await expect(waiting[1]).rejects.toThrow('gone too')
    expect(asked[0]?.signal?.aborted).toBe(true)
    // Somebody who asks now is not told that the others gave up.
    const later = desk.forCalls.answer(question('a'))
    release()
    expect(await later).toMatchObject({ kind: 'generate' })
    expect(asked).toHaveLength(2)
  })

  it('bounds how many strangers wait, and makes room again', async () => {
    const { desk, release } = await open(true)
    const waiting = Array.from({ length: MAX_WAITING_CALLS }, (_, index) =>
      desk.forCalls.answer(question(String(index))),
    )
    await expect(desk.forCalls.answer(question('one more'))).rejects.toMatchObject({ code: 'NODE_ANSWERS_BUSY' })
    expect(desk.figures.refused).toBe(1)
    const block = desk.forBlocks.answer(question('a block’s'))
    release()
    await Promise.all([...waiting, block])
    await desk.forCalls.answer(question('one more'))
  })

  it('does not remember a failure', async () => {
    const { engines } = await open()
    let fails = true
    const desk = createAnswerDesk({
      ...engines,
      generate: (...call) => (fails ? Promise.reject(new Error('no engine')) : engines.generate(...call)),
    })
    await expect(desk.forCalls.answer(question('a'))).rejects.toThrow('no engine')
    fails = false
    await desk.forCalls.answer(question('a'))
  })
})
