import { isRecord, type Method, namespaceOf, PLAIN_COST, PreparedJson, RpcError, type Session } from '@poai/api'
import { defined, type JsonValue, type Logger } from '@poai/core'
import type { AnswerHold, ClientMemory } from '../server/client-memory.ts'
import { checkDepth } from './check-depth.ts'
import { Deadlines } from './deadlines.ts'
import { parseParams } from './parse-params.ts'
import { PublicTraces } from './public-traces.ts'
import { COST_PER_MS, RATE_DEFAULTS, RateLimiter, type RateLimits } from './rate-limiter.ts'
import { RunningCall, type RunningCallDependencies } from './running-call.ts'
import { toRpcError } from './to-rpc-error.ts'
import { Turns } from './turns.ts'

/** What one message may ask for. */
export interface DispatchLimits extends RateLimits {
  /** Calls in a batch; a page of an explorer asks for about a hundred. */
  readonly maxBatch: number
  /** Characters of an answer to a batch; the calls after that are refused one by one. */
  readonly maxAnswerCharacters: number
  /** A call that takes longer is aborted. */
  readonly callTimeoutMs: number
  /** Calls that run at the same time over all connections; further ones are told to try again. */
  readonly maxConcurrent: number
  /** Cost that traces for clients without the token may cause each second, all together; 0: the token is needed. */
  readonly publicTraceCostPerSecond: number
}

/** Limits that public nodes of Ethereum use. */
export const DISPATCH_DEFAULTS: DispatchLimits = {
  ...RATE_DEFAULTS,
  maxBatch: 1000,
  maxAnswerCharacters: 25 * 1024 * 1024,
  callTimeoutMs: 30_000,
  maxConcurrent: 256,
  publicTraceCostPerSecond: 0,
}

/** How a call ended, for metrics. */
export interface CallReport {
  readonly method: string
  readonly outcome: 'ok' | 'error'
  readonly seconds: number
}

export interface DispatcherOptions {
  readonly limits: DispatchLimits
  /** Namespaces that only trusted sessions may use. */
  readonly privateNamespaces: ReadonlySet<string>
}

/** What a dispatcher needs, and nothing more. */
export interface DispatcherDependencies {
  readonly methods: readonly Method[]
  readonly logger: Logger
  readonly memory: Pick<ClientMemory, 'room' | 'open'>
  /** Milliseconds of a clock that only goes forward. */
  readonly elapsedMs: () => number
  readonly onCall?: (report: CallReport) => void
}

/** What goes to the client. */
export interface Answer {
  readonly text: string
  /** To be released once the client has read the text, or never will. */
  readonly hold: AnswerHold
}

/** Answers JSON-RPC messages, wherever they came in. */
export interface Dispatcher {
  /**
   * Undefined if there is no answer, as to notifications. Never rejects. Waits until the client has read enough of its
   * earlier answers. What can be answered at once is: a promise costs more than the rest of a plain read.
   */
  answer(text: string, session: Session): AtOnce<Answer | undefined>
}

/** Now, or later if there is something to wait for. */
export type AtOnce<T> = T | Promise<T>

/** Puts the table of methods to work. */
export function createDispatcher(options: DispatcherOptions, dependencies: DispatcherDependencies): Dispatcher {
  return new TableDispatcher(options, dependencies)
}

type Id = string | number | null

/** A JSON-RPC request whose envelope is valid. */
interface Request {
  readonly id: Id | undefined
  readonly method: string
  readonly params: readonly unknown[]
}

const NO_ID: Id = null
/** No client uses longer ids. */
const MAX_ID_CHARACTERS = 256

class TableDispatcher implements Dispatcher {
  readonly #options: DispatcherOptions
  readonly #dependencies: DispatcherDependencies
  readonly #methods: ReadonlyMap<string, Method>
  readonly #deadlines: Deadlines
  readonly #rates: RateLimiter
  readonly #publicTraces: PublicTraces
  readonly #turns = new Turns()
  readonly #shared: RunningCallDependencies
  #running = 0

  constructor(options: DispatcherOptions, dependencies: DispatcherDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#methods = new Map(dependencies.methods.map((entry) => [entry.name, entry]))
    this.#deadlines = new Deadlines(options.limits.callTimeoutMs, dependencies.elapsedMs)
    this.#rates = new RateLimiter(options.limits, dependencies.elapsedMs)
    const { elapsedMs } = dependencies
    this.#publicTraces = new PublicTraces(options.limits.publicTraceCostPerSecond, elapsedMs)
    this.#shared = { deadlines: this.#deadlines, turns: this.#turns, elapsedMs }
  }

  answer(text: string, session: Session): AtOnce<Answer | undefined> {
    const room = this.#dependencies.memory.room(session.queue)
    return room === undefined ? this.#answerInRoom(text, session) : room.then(() => this.#answerInRoom(text, session))
  }

  #answerInRoom(text: string, session: Session): AtOnce<Answer | undefined> {
    const { queue } = session
    const hold = this.#dependencies.memory.open(queue)
    try {
      hold.grow(text.length)
      const turn = this.#turns.enter(queue)
      const said =
        turn === undefined
          ? this.#answerText(text, session, hold)
          : turn.then(() => this.#answerText(text, session, hold))
      if (!(said instanceof Promise)) return answerOf(said, text, hold)
      return said.then(
        (later) => answerOf(later, text, hold),
        (error: unknown) => this.#failed(error, hold),
      )
    } catch (error) {
      return this.#failed(error, hold)
    }
  }

  #failed(error: unknown, hold: AnswerHold): Answer {
    return { text: errorText(NO_ID, toRpcError(error, this.#dependencies.logger, 'a message')), hold }
  }

  #answerText(text: string, session: Session, hold: AnswerHold): AtOnce<string | undefined> {
    let message: unknown
    const startedMs = this.#dependencies.elapsedMs()
    try {
      checkDepth(text)
      message = JSON.parse(text)
    } catch {
      const refusal = new RpcError(
        'parseError',
        'parse error: this is not JSON, nested too deep, or of too many values',
      )
      return errorText(NO_ID, refusal)
    } finally {
      this.#chargeTime(session, startedMs, PLAIN_COST)
    }
    return Array.isArray(message) ? this.#answerBatch(message, session, hold) : this.#answerOne(message, session, hold)
  }

  async #answerBatch(batch: readonly unknown[], session: Session, hold: AnswerHold): Promise<string | undefined> {
    const { maxBatch, maxAnswerCharacters } = this.#options.limits
    if (batch.length === 0) return errorText(NO_ID, new RpcError('invalidRequest', 'empty batch'))
    if (batch.length > maxBatch) {
      return errorText(NO_ID, new RpcError('limitExceeded', `batch too large: at most ${maxBatch} calls`))
    }
    const answers: string[] = []
    let characters = 0
    // One after the other: a batch is as expensive as its calls, and gets no more of the node than one client should.
    for (const message of batch) {
      const turn = this.#turns.enter(session.queue)
      if (turn !== undefined) await turn
      const isFull = characters > maxAnswerCharacters
      const answering = isFull ? refuse(message) : this.#answerOne(message, session, hold)
      const answer = answering instanceof Promise ? await answering : answering
      if (answer === undefined) continue
      characters += answer.length
      answers.push(answer)
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`
  }

  #answerOne(message: unknown, session: Session, hold: AnswerHold): AtOnce<string | undefined> {
    const request = readRequest(message)
    if (request === undefined) {
      return errorText(
        idOf(message) ?? NO_ID,
        new RpcError('invalidRequest', 'invalid request: not a JSON-RPC 2.0 call'),
      )
    }
    const written = new AnswerCount(hold, this.#options.limits.maxAnswerCharacters)
    try {
      this.#charge(request, session)
      const said = this.#call(request, session, written)
      return said instanceof Promise ? said.catch((error: unknown) => this.#refusal(error, request, written)) : said
    } catch (error) {
      return this.#refusal(error, request, written)
    }
  }

  #refusal(error: unknown, { id, method: name }: Request, written: AnswerCount): string | undefined {
    written.giveBack()
    const told = toRpcError(error, this.#dependencies.logger, name)
    return id === undefined ? undefined : errorText(id, told)
  }

  /** Charges a call for the time that it computed without a pause, beyond what its price covers. */
  #chargeTime(
    { client }: Session,
    sinceMs: number,
    paid: number,
    rates: Pick<RateLimiter, 'charge'> = this.#rates,
  ): void {
    if (client === undefined) return
    const cost = (this.#dependencies.elapsedMs() - sinceMs) * COST_PER_MS - paid
    if (cost > 0) rates.charge(client, cost)
  }

  /** Charges the client, and the budget of all if this is a trace for somebody without the token. */
  #ratesOf({ name }: Method, { isTrusted }: Session): Pick<RateLimiter, 'charge'> {
    if (isTrusted || !this.#publicTraces.includes(name)) return this.#rates
    return {
      charge: (client, cost) => {
        this.#rates.charge(client, cost)
        this.#publicTraces.charge(cost)
      },
    }
  }

  /** Throws if the method is only for those with the token, or for others when there is budget again. */
  #admit({ name, cost }: Method, { isTrusted }: Session): void {
    if (isTrusted || !this.#options.privateNamespaces.has(namespaceOf(name))) return
    if (!this.#publicTraces.includes(name)) {
      throw new RpcError(
        'methodNotFound',
        `the method ${name} is only available on the node's own socket or with its token`,
      )
    }
    const retryAfterMs = this.#publicTraces.waitMs(cost)
    if (retryAfterMs > 0) throw tooMuch('traces without the token are used up', retryAfterMs)
  }

  /** Throws if the client has asked for too much lately. */
  #charge({ method: name }: Request, { client }: Session): void {
    if (client === undefined) return
    const retryAfterMs = this.#rates.waitMs(client, this.#methods.get(name)?.cost ?? PLAIN_COST)
    if (retryAfterMs === 0) return
    throw tooMuch('too many requests', retryAfterMs)
  }

  #call(request: Request, session: Session, written: AnswerCount): AtOnce<string | undefined> {
    const { method: name, params } = request
    const method = this.#methods.get(name)
    if (method === undefined) {
      throw new RpcError('methodNotFound', `the method ${shorten(name)} does not exist/is not available`)
    }
    this.#admit(method, session)
    const startedMs = this.#dependencies.elapsedMs()
    const rates = this.#ratesOf(method, session)
    const charge = (): void => this.#chargeTime(session, startedMs, method.cost, rates)
    const values = readParams(method, params, charge)
    if (this.#running >= this.#options.limits.maxConcurrent) {
      throw new RpcError('limitExceeded', 'too many calls at once: try again')
    }
    this.#running++
    const call = new RunningCall(session, this.#shared, { hold: written, startedMs, rates })
    const end = (outcome: CallReport['outcome']): void => this.#end(call, { method: name, outcome, startedMs })
    let isOver = true
    try {
      const answering = method.invoke(values, call)
      if (answering instanceof Promise) {
        isOver = false
        const chargeText = (sinceMs: number): void => this.#chargeTime(session, sinceMs, 0, rates)
        return this.#answerLater(answering, request, { written, end, chargeText })
      }
      const text = writtenAnswer(request, answering, written)
      end('ok')
      return text
    } catch (error) {
      end('error')
      throw error
    } finally {
      // What was written at once is paid for with the rest.
      charge()
      if (isOver) this.#running--
    }
  }

  async #answerLater(
    answering: Promise<JsonValue | PreparedJson>,
    request: Request,
    {
      written,
      end,
      chargeText,
    }: {
      readonly written: AnswerCount
      readonly end: (outcome: CallReport['outcome']) => void
      readonly chargeText: (sinceMs: number) => void
    },
  ): Promise<string | undefined> {
    try {
      const result = await answering
      const sinceMs = result instanceof PreparedJson ? undefined : this.#dependencies.elapsedMs()
      const text = writtenAnswer(request, result, written)
      if (sinceMs !== undefined) chargeText(sinceMs)
      end('ok')
      return text
    } catch (error) {
      end('error')
      throw error
    } finally {
      this.#running--
    }
  }

  #end(
    call: RunningCall,
    { method, outcome, startedMs }: Pick<CallReport, 'method' | 'outcome'> & { readonly startedMs: number },
  ): void {
    call.finish()
    const { elapsedMs, onCall } = this.#dependencies
    onCall?.({ method, outcome, seconds: (elapsedMs() - startedMs) / 1000 })
  }
}

function answerOf(said: string | undefined, question: string, hold: AnswerHold): Answer | undefined {
  hold.shrink(question.length)
  if (said !== undefined) return { text: said, hold }
  hold.release()
  return undefined
}

/** Counts the answer; undefined for a notification. */
function writtenAnswer({ id }: Request, result: JsonValue | PreparedJson, written: AnswerCount): string | undefined {
  if (id === undefined) {
    written.giveBack()
    return undefined
  }
  const text = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${textOf(result)}}`
  written.become(text.length)
  return text
}

/** The memory that one call's answer takes while it is written, piece by piece or at once. */
class AnswerCount implements Pick<AnswerHold, 'grow'> {
  readonly #hold: AnswerHold
  readonly #most: number
  #characters = 0

  constructor(hold: AnswerHold, most: number) {
    this.#hold = hold
    this.#most = most
  }

  grow(characters: number): void {
    if (this.#characters + characters > this.#most) throw new RpcError('limitExceeded', 'response too large')
    this.#hold.grow(characters)
    this.#characters += characters
  }

  become(characters: number): void {
    if (characters > this.#characters) this.grow(characters - this.#characters)
    else this.#hold.shrink(this.#characters - characters)
    this.#characters = characters
  }

  giveBack(): void {
    this.#hold.shrink(this.#characters)
    this.#characters = 0
  }
}

/** Arguments that are refused are charged too: overrides may be megabytes. */
function readParams(method: Method, params: readonly unknown[], charge: () => void): readonly unknown[] {
  try {
    return parseParams(method, params)
  } catch (error) {
    charge()
    throw error
  }
}

function textOf(result: JsonValue | PreparedJson): string {
  return result instanceof PreparedJson ? result.text : JSON.stringify(result)
}

function readRequest(message: unknown): Request | undefined {
  if (!isRecord(message)) return undefined
  const { jsonrpc, method, params = [] } = message
  if (jsonrpc !== '2.0' || typeof method !== 'string') return undefined
  const id = idOf(message)
  if (Object.hasOwn(message, 'id') && id === undefined) return undefined
  if (params === null) return { id, method, params: [] }
  return Array.isArray(params) ? { id, method, params } : undefined
}

function idOf(message: unknown): Id | undefined {
  if (!isRecord(message) || !Object.hasOwn(message, 'id')) return undefined
  const { id } = message
  if (id === null || typeof id === 'number') return id
  return typeof id === 'string' && id.length <= MAX_ID_CHARACTERS ? id : undefined
}

function refuse(message: unknown): string | undefined {
  const id = idOf(message)
  if (id === undefined) return undefined
  return errorText(
    id,
    new RpcError('limitExceeded', 'the answers before this one fill the batch: ask again for this one'),
  )
}

function errorText(id: Id, { code, message, data }: RpcError): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, ...defined({ data }) } })
}

function tooMuch(why: string, retryAfterMs: number): RpcError {
  const text = `rate limit exceeded: ${why}, try again in ${retryAfterMs} ms`
  return new RpcError('limitExceeded', text, { data: { retryAfterMs } })
}

function shorten(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name
}
