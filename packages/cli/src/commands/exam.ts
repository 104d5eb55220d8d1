import type { ExamJson, TranscriptJson } from '@poai/api/client'
import { ask, type RpcClient } from '@poai/api/connect'
import { bytesToHex, defined, type Hex, type NetworkParams } from '@poai/core'
import { withEngine } from '@poai/inference'
import { examLines } from '@poai/testnet'
import { formatNats, formatSeconds, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { createTerminalLogger } from '../db/terminal-logger.ts'
import { setUpNetworkEngine } from '../engine/set-up-network-engine.ts'
import { type BlockPlace, noBlock, parseBlockPlace } from '../inspect/block-place.ts'
import { type BlockReplay, fetchHeader, replayBlock } from '../inspect/replay-block.ts'
import { fetchNetworkParams } from '../mine/rpc-farm-client.ts'
import { CheckFailed } from '../report-error.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { installationOf, printResult } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'

interface ExamOptions extends NodeOptions {
  readonly replay?: true
  readonly transcript?: true
}

/** The node may have to compute the exam first, after other work. */
const EXAM_TIMEOUT_MS = 60_000

/** Adds `poai exam`. */
export function addExamCommand(program: Command, context: CliContext): void {
  nodeCommand(program, 'exam', {
    summary: 'show the exam of a block: the questions, the right answers, and the model’s answers',
    examples: ['exam', 'exam 12 --transcript', 'exam 12 --replay', 'exam latest --json'],
  })
    .argument('[block]', 'number, hash, latest, safe or finalized', parseBlockPlace, 'latest')
    .option('--transcript', 'also show every token, and the leaves of the transcript')
    .option('--replay', 'replay the exam on this machine; exit code 1 if the block’s claim is false')
    .action((place: BlockPlace, options: ExamOptions) =>
      withNode(options, context.environment, (client) => show(context, client, { place, options })),
    )
}

async function show(
  context: CliContext,
  client: RpcClient,
  { place, options }: { readonly place: BlockPlace; readonly options: ExamOptions },
): Promise<void> {
  const { signal } = context
  const call = { signal, timeoutMs: EXAM_TIMEOUT_MS }
  const exam = await ask(client, 'poai_getExam', [place], call)
  if (exam === null) throw noBlock(place === 'earliest' ? '0 with an exam' : place, client.address)
  const { hash } = exam
  const transcript = options.transcript ? await ask(client, 'poai_getTranscript', [hash], call) : undefined
  const replay = options.replay ? await replayHere(context, client, { hash, options }) : undefined
  const result = {
    ...exam,
    ...defined({ transcript: transcript ?? undefined, replay: replay && replayToJson(replay) }),
  }
  printResult(context, options, result, () =>
    [
      formatWork(exam),
      examLines(exam).join('\n'),
      ...(transcript == null ? [] : [formatTranscript(exam, transcript)]),
      ...(replay === undefined ? [] : [formatReplay(replay)]),
    ]
      .map((part) => `${part.trimEnd()}\n`)
      .join('\n'),
  )
  if (replay?.fault !== undefined) throw new CheckFailed(replay.fault.message)
}

async function replayHere(
  context: CliContext,
  client: RpcClient,
  { hash, options }: { readonly hash: Hex; readonly options: ExamOptions },
): Promise<BlockReplay> {
  const { signal, terminal } = context
  const params: NetworkParams = await fetchNetworkParams(client, signal)
  const fetched = await fetchHeader(client, { place: hash, params }, signal)
  const installation = installationOf(options, context)
  const { engine } = await setUpNetworkEngine(installation, params, { workers: 1 })
  const logger = createTerminalLogger(terminal)
  return withEngine(engine, signal, () => replayBlock(fetched, params, { evaluator: engine, logger, signal }))
}

function replayToJson({ fault, seconds, exam, graded }: BlockReplay): object {
  return {
    valid: fault === undefined,
    ...defined({ code: fault?.code, reason: fault?.message }),
    seconds,
    tokens: exam.tokens.length,
    right: graded.filter(({ isRight }) => isRight).length,
  }
}

function formatWork({ number, hash, examSeed, nonce, transcriptRoot, workHash, target }: ExamJson): string {
  return formatTable([
    ['block', `${Number(number)}, ${hash}`],
    ['exam seed', examSeed],
    ['nonce', String(BigInt(nonce))],
    ['transcript', transcriptRoot],
    ['work hash', workHash],
    ['target', target],
  ])
}

function formatTranscript({ quizzes }: ExamJson, { root, leaves = [] }: TranscriptJson): string {
  const tokens = quizzes.flatMap((quiz) => quiz.tokens ?? [])
  const rows = tokens.map(({ expected, given, lossMicroNats }, index) => [
    String(index),
    JSON.stringify(expected),
    JSON.stringify(given),
    formatNats(lossMicroNats, 6),
    leaves[index] ?? '',
  ])
  return `${formatTable([['LEAF', 'RIGHT', 'MODEL', 'LOSS', 'HASH'], ...rows])}root ${root}`
}

function formatReplay({ fault, seconds, exam }: BlockReplay): string {
  const how = `${exam.tokens.length} tokens on this machine, ${formatSeconds(seconds)}`
  if (fault === undefined) return `Replay: the same bits (${how})`
  const [expected, actual] = [fault.expected, fault.actual].map(bytesToHexOr)
  return `Replay: FAILED, ${fault.message} (${how})\n  ${expected} expected\n  ${actual} found`
}

function bytesToHexOr(value: unknown): string {
  return value instanceof Uint8Array ? bytesToHex(value) : String(value)
}
