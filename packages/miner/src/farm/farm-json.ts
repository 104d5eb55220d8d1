import type { WorkAnswerJson, WorkJobJson } from '@poai/api/client'
import {
  addressField,
  bytesField,
  bytesToHex,
  equalBytes,
  type Fault,
  type Field,
  type Hash32,
  type Header,
  hashField,
  headerCodec,
  type JsonValue,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
  MAX_LOSS_MICRO_NATS,
  nameField,
  numberField,
  type SealedHeader,
  sealHash,
  structField,
  uintField,
  ZERO_HASH,
} from '@poai/core'
import { MinerError, type MinerErrorCode } from '../miner-error.ts'
import {
  FARM_VERDICTS,
  type FarmAnswer,
  type FarmJob,
  type FarmRequest,
  type FarmSolution,
  type FarmVerdict,
  type RateReport,
} from './farm-job.ts'

/** Longest name of a worker: a host and a number. */
const MAX_WORKER_NAME = 64
/** A day: no job lives that long. */
const MAX_EXPIRY_MS = 86_400_000
/** More than any machine has. */
const MAX_WORKERS = 65_536
/** Above any rate that there will be. Reports are stored, so they have a bound. */
const MAX_RATE = 1e12

const workerField = nameField(MAX_WORKER_NAME)
const NONCE_END: bigint = 1n << 64n

/** An integer as Ethereum's JSON-RPC writes it: 0x and no leading zeros. Reads plain integers too. */
function quantityField(max: bigint): Field<bigint> {
  const plain = uintField(max)
  return { ...plain, toJson: (value) => `0x${value.toString(16)}` }
}

/** A member that may be absent. */
function optionalField<T>(field: Field<T>): Field<T | undefined> {
  return {
    ...field,
    toItem: (value) => (value === undefined ? new Uint8Array(0) : field.toItem(value)),
    toJson: (value) => (value === undefined ? null : field.toJson(value)),
    fromJson: (value, path, report) =>
      value === undefined || value === null ? undefined : field.fromJson(value, path, report),
  }
}

/** A finite number from 0 to `max`, for people to read. */
function rateField(max: number): Field<number> {
  return {
    ...numberField(0),
    toJson: (value) => value,
    fromJson: (value, path, report) => {
      if (typeof value === 'number' && value >= 0 && value <= max) return value
      report({ path, expected: `a number from 0 to ${max}`, actual: typeof value })
      return undefined
    },
  }
}

const verdictField: Field<FarmVerdict> = {
  ...(nameField(MAX_WORKER_NAME) as Field<FarmVerdict>),
  toJson: (value) => value,
  fromJson: (value, path, report) => {
    const known = FARM_VERDICTS.find((verdict) => verdict === value)
    if (known === undefined) report({ path, expected: `one of ${FARM_VERDICTS.join(', ')}`, actual: String(value) })
    return known
  },
}

const requestField: Field<FarmRequest> = structField<FarmRequest>({
  worker: workerField,
  beneficiary: optionalField(addressField),
  after: optionalField(hashField),
})

interface JobMembers {
  readonly jobId: Hash32
  /** Redundant: for workers that do not speak RLP. */
  readonly sealHash: Hash32
  readonly number: bigint
  readonly target: bigint
  readonly header: Uint8Array
  readonly epochKey: Hash32
  readonly firstNonce: bigint
  readonly endNonce: bigint
  readonly expiresInMs: number
  readonly network: FarmJob['network']
  readonly body: Uint8Array | undefined
}

const MAX_UINT256: bigint = (1n << 256n) - 1n

const jobField: Field<JobMembers> = structField<JobMembers>({
  jobId: hashField,
  sealHash: hashField,
  number: quantityField(NONCE_END - 1n),
  target: quantityField(MAX_UINT256),
  header: bytesField(MAX_HEADER_BYTES),
  epochKey: hashField,
  firstNonce: quantityField(NONCE_END),
  endNonce: quantityField(NONCE_END),
  expiresInMs: numberField(MAX_EXPIRY_MS),
  network: structField({ name: nameField(MAX_WORKER_NAME), genesisHash: hashField }),
  body: optionalField(bytesField(MAX_BODY_BYTES)),
})

interface SolutionMembers {
  readonly worker: string
  readonly jobId: Hash32
  readonly nonce: bigint
  readonly lossMicroNats: bigint
  readonly transcriptRoot: Hash32
  readonly block: Uint8Array | undefined
}

const solutionField: Field<SolutionMembers> = structField<SolutionMembers>({
  worker: workerField,
  jobId: hashField,
  nonce: quantityField(NONCE_END - 1n),
  lossMicroNats: quantityField(MAX_LOSS_MICRO_NATS),
  transcriptRoot: hashField,
  block: optionalField(bytesField(MAX_HEADER_BYTES + MAX_BODY_BYTES)),
})

const answerField: Field<FarmAnswer> = structField<FarmAnswer>({
  verdict: verdictField,
  blockHash: optionalField(hashField),
  rule: optionalField(nameField(MAX_WORKER_NAME)),
})

const reportField: Field<RateReport> = structField<RateReport>({
  worker: workerField,
  attemptsPerSecond: rateField(MAX_RATE),
  tokensPerSecond: rateField(MAX_RATE),
  workers: numberField(MAX_WORKERS),
})

/** The value of a JSON document; throws a `MinerError` that names every fault. */
function parse<T>(field: Field<T>, json: unknown, what: { readonly name: string; readonly code: MinerErrorCode }): T {
  const faults: Fault[] = []
  const value = field.fromJson(json, '', (fault) => faults.push(fault))
  if (value !== undefined && faults.length === 0) return value
  throw new MinerError(what.code, `${what.name} cannot be read`, {
    expected: faults.map(({ path, expected }) => `${path}: ${expected}`).join('; '),
    actual: faults.map(({ path, actual }) => `${path}: ${actual}`).join('; '),
  })
}

const REQUEST = { name: 'the request for work', code: 'MINER_REQUEST_INVALID' } as const
const SOLUTION = { name: 'the solution', code: 'MINER_REQUEST_INVALID' } as const
const REPORT = { name: 'the report', code: 'MINER_REQUEST_INVALID' } as const
const JOB = { name: 'the job', code: 'MINER_JOB_INVALID' } as const
const ANSWER = { name: 'the answer', code: 'MINER_JOB_INVALID' } as const

export const farmRequestToJson = (request: FarmRequest): JsonValue => requestField.toJson(request)
export const parseFarmRequest = (json: unknown): FarmRequest => parse(requestField, json, REQUEST)
export const farmAnswerToJson = (answer: FarmAnswer): WorkAnswerJson => answerField.toJson(answer) as WorkAnswerJson
export const parseFarmAnswer = (json: unknown): FarmAnswer => parse(answerField, json, ANSWER)
export const rateReportToJson = (report: RateReport): JsonValue => reportField.toJson(report)
export const parseRateReport = (json: unknown): RateReport => parse(reportField, json, REPORT)

/** A job as JSON. The header is its RLP with a seal of zeros. */
export function farmJobToJson(job: FarmJob): WorkJobJson {
  const { header, range, ...rest } = job
  const unsealed: Header = { ...header, transcriptRoot: ZERO_HASH, lossMicroNats: 0n, nonce: 0n }
  const json = jobField.toJson({
    ...rest,
    sealHash: sealHash(header),
    number: header.number,
    target: header.target,
    header: headerCodec.encode(unsealed),
    firstNonce: range.first,
    endNonce: range.end,
  })
  // The fields above and the schema say the same; tests check one against the other.
  return json as WorkJobJson
}

/** The job of a JSON document, checked against itself: a worker must know what it works for. */
export function parseFarmJob(json: unknown): FarmJob {
  const { sealHash: sealed, number, target, header: bytes, firstNonce, endNonce, ...rest } = parse(jobField, json, JOB)
  const { transcriptRoot: _root, lossMicroNats: _loss, nonce: _nonce, ...header } = decodeHeader(bytes)
  const fits = equalBytes(sealHash(header), sealed) && header.number === number && header.target === target
  if (!fits || firstNonce >= endNonce) {
    throw new MinerError('MINER_JOB_INVALID', 'the job contradicts itself', {
      expected: 'a header with the given seal hash, number and target, and a range of nonces',
      actual: `seal hash ${bytesToHex(sealHash(header))}, number ${header.number}, nonces ${firstNonce} to ${endNonce}`,
    })
  }
  return { ...rest, header: header satisfies SealedHeader, range: { first: firstNonce, end: endNonce } }
}

function decodeHeader(bytes: Uint8Array): Header {
  try {
    return headerCodec.decode(bytes)
  } catch (cause) {
    throw new MinerError('MINER_JOB_INVALID', 'the header of the job cannot be read', { cause })
  }
}

/** A solution as JSON. */
export function farmSolutionToJson({ seal, ...rest }: FarmSolution): JsonValue {
  return solutionField.toJson({ ...rest, ...seal, block: rest.block })
}

/** The solution of a JSON document. */
export function parseFarmSolution(json: unknown): FarmSolution {
  const { nonce, lossMicroNats, transcriptRoot, ...rest } = parse(solutionField, json, SOLUTION)
  return { ...rest, seal: { nonce, lossMicroNats, transcriptRoot } }
}
