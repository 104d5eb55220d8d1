import type { RpcClient } from '@poai/api/connect'
import { bytesToHex, type JsonValue, type NetworkParams } from '@poai/core'
import { admitByVectors, withEngine } from '@poai/inference'
import { createDomainEngine, setUpWork } from '@poai/node'
import { examLines, listIn, numberIn, objectIn, parseExam, textIn } from '@poai/testnet'
import { formatSeconds, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { createTerminalLogger } from '../db/terminal-logger.ts'
import { noBlock, parseBlockPlace } from '../inspect/block-place.ts'
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

/** The node may have to compute the exam first, behind its own work. */
const EXAM_TIMEOUT_MS = 60_000

/** Adds `poai exam`. */
export function addExamCommand(program: Command, context: CliContext): void {
  nodeCommand(program, 'exam', {
    description: 'show what a block was worked for: its exam, the right answers, and those of the model',
    examples: ['exam', 'exam 12 --transcript', 'exam 12 --replay', 'exam latest --json'],
  })
    .argument('[block]', 'number, hash, latest, safe or finalized', parseBlockPlace, 'latest')
    .option('--transcript', 'show it token by token, and the leaves of the transcript')
    .option('--replay', 'compute it here too, on this machine’s own model; exit code 1 if the block lies')
    .action((place: string, options: ExamOptions) =>
      withNode(options, context.environment, (client) => show(context, client, { place, options })),
    )
}

type JsonObject = Readonly<Record<string, JsonValue>>

async function show(
  context: CliContext,
  client: RpcClient,
  { place, options }: { readonly place: string; readonly options: ExamOptions },
): Promise<void> {
  const { signal } = context
  const call = { signal, timeoutMs: EXAM_TIMEOUT_MS }
  const exam = objectIn(await client.call('poai_getExam', [place], call))
  const hash = textIn(exam['hash'])
  if (hash === undefined) throw noBlock(place === 'earliest' ? 'that has an exam at 0' : place, client.address)
  const transcript = options.transcript ? objectIn(await client.call('poai_getTranscript', [hash], call)) : undefined
  const replay = options.replay ? await replayHere(context, client, { hash, options }) : undefined
  const result = {
    ...exam,
    ...(transcript === undefined ? {} : { transcript }),
    ...(replay === undefined ? {} : { replay: replayToJson(replay) }),
  }
  printResult(context, options, result, () =>
    [
      formatWork(exam),
      examLines(parseExam(exam)).join('\n'),
      ...(transcript === undefined ? [] : [formatTranscript(exam, transcript)]),
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
  { hash, options }: { readonly hash: string; readonly options: ExamOptions },
): Promise<BlockReplay> {
  const { signal, terminal } = context
  const params: NetworkParams = await fetchNetworkParams(client, signal)
  const fetched = await fetchHeader(client, { place: hash, params }, signal)
  const installation = installationOf(options, context)
  const { model, domain, vectors } = await setUpWork(installation, params)
  const { contextSize, maxSequences } = vectors
  const engine = createDomainEngine(
    installation,
    { modelPath: model.path, domain, contextSize, maxSequences },
    { workers: 1, admit: admitByVectors(vectors) },
  )
  const logger = createTerminalLogger(terminal)
  return withEngine(engine, signal, () => replayBlock(fetched, params, { evaluator: engine, logger, signal }))
}

function replayToJson({ fault, seconds, exam, graded }: BlockReplay): JsonObject {
  return {
    valid: fault === undefined,
    ...(fault === undefined ? {} : { code: fault.code, reason: fault.message }),
    seconds,
    tokens: exam.tokens.length,
    right: graded.filter(({ isRight }) => isRight).length,
  }
}

function formatWork(exam: JsonObject): string {
  const text = (name: string): string => textIn(exam[name]) ?? ''
  return formatTable([
    ['block', `${numberIn(exam['number'])}, ${text('hash')}`],
    ['exam seed', text('examSeed')],
    ['nonce', String(BigInt(text('nonce') || '0'))],
    ['transcript', text('transcriptRoot')],
    ['work hash', text('workHash')],
    ['target', text('target')],
  ])
}

function formatTranscript(exam: JsonObject, transcript: JsonObject): string {
  const leaves = listIn(transcript['leaves'])
  const tokens = listIn(exam['quizzes'])
    .map(objectIn)
    .flatMap((quiz) => listIn(quiz['tokens']).map(objectIn))
  const rows = tokens.map((token, index) => [
    String(index),
    JSON.stringify(textIn(token['expected']) ?? ''),
    JSON.stringify(textIn(token['given']) ?? ''),
    (numberIn(token['lossMicroNats']) / 1e6).toFixed(6),
    textIn(leaves[index]) ?? '',
  ])
  return `${formatTable([['LEAF', 'RIGHT', 'MODEL', 'LOSS', 'HASH'], ...rows])}root ${textIn(transcript['root']) ?? ''}`
}

function formatReplay({ fault, seconds, exam }: BlockReplay): string {
  const how = `${exam.tokens.length} tokens on this machine, ${formatSeconds(seconds)}`
  if (fault === undefined) return `Replay: the same bits (${how})`
  return `Replay: FAILED, ${fault.message} (${how})\n  ${bytesToHexOr(fault.expected)} expected\n  ${bytesToHexOr(fault.actual)} found`
}

function bytesToHexOr(value: unknown): string {
  return value instanceof Uint8Array ? bytesToHex(value) : String(value)
}
