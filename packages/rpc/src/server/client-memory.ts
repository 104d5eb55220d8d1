import { RpcError } from '@poai/api'

/** Memory that unfinished questions and answers may take. */
export interface ClientMemoryLimits {
  /**
   * Characters of one client: its questions, its answers in the making, and what it has not read. Room for one answer
   * of the greatest length, and more.
   */
  readonly maxClientCharacters: number
  /** The same of all clients together. */
  readonly maxCharacters: number
}

/**
 * One answer of the greatest length for each client, with what comes besides; two such clients in all. Encoded, they
 * take about as much again.
 */
export const CLIENT_MEMORY_DEFAULTS: ClientMemoryLimits = {
  maxClientCharacters: 32 * 1024 * 1024,
  maxCharacters: 64 * 1024 * 1024,
}

/** What one question takes, from its arrival until its answer is read. */
export interface AnswerHold {
  /** Throws if the client, or all clients together, hold too much. */
  grow(characters: number): void
  /** Gives back a part. */
  shrink(characters: number): void
  /** From now on it may be disconnected in favour of clients that hold less. */
  letCut(cut: () => void): void
  /** The answer was read or abandoned. May be called again. */
  release(): void
}

/** Clients that hold nothing and are remembered all the same: those that ask a lot come again at once. */
const MAX_IDLE = 256

interface Client {
  readonly name: string
  characters: number
  /** Answers that were not released yet. */
  open: number
  isIdle: boolean
  /** Those that may be cut off, the oldest first. */
  readonly cuttable: Set<Hold>
  readonly waiting: (() => void)[]
}

/**
 * Counts the memory that clients make the server hold. A client with enough to read gets no further answers until it
 * has read. If all clients together hold too much, the one that holds most loses the oldest answer that it does not
 * read.
 */
export class ClientMemory {
  readonly #limits: ClientMemoryLimits
  readonly #clients = new Map<string, Client>()
  #characters = 0
  #idle = 0

  constructor(limits: ClientMemoryLimits) {
    this.#limits = limits
  }

  /** Of all clients together. */
  get characters(): number {
    return this.#characters
  }

  /** That are remembered. */
  get clients(): number {
    return this.#clients.size
  }

  /** What a client waits for before its next question is read; undefined: nothing. */
  room(name: string): Promise<void> | undefined {
    const client = this.#clients.get(name)
    if (client === undefined || client.characters < this.#limits.maxClientCharacters) return undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    client.waiting.push(resolve)
    return promise
  }

  open(name: string): AnswerHold {
    const client = this.#clients.get(name)
    if (client === undefined) return new Hold(this, this.#newClient(name))
    if (client.isIdle) this.#idle--
    client.isIdle = false
    client.open++
    return new Hold(this, client)
  }

  #newClient(name: string): Client {
    const client: Client = { name, characters: 0, open: 1, isIdle: false, cuttable: new Set(), waiting: [] }
    this.#clients.set(name, client)
    return client
  }

  /** For holds alone. */
  add(client: Client, characters: number): void {
    client.characters += characters
    this.#characters += characters
    if (client.characters < this.#limits.maxClientCharacters) client.waiting.shift()?.()
  }

  /** For holds alone: whether the client, or all together, would hold too much. */
  isFull(client: Client, characters: number): boolean {
    const { maxClientCharacters, maxCharacters } = this.#limits
    if (client.characters + characters > maxClientCharacters) return true
    while (this.#characters + characters > maxCharacters) {
      const heaviest = this.#heaviest()
      if (heaviest === undefined || heaviest === client || heaviest.characters <= client.characters + characters)
        return true
      const before = this.#characters
      for (const hold of heaviest.cuttable) if (hold.cutOff()) break
      if (this.#characters === before) return true
    }
    return false
  }

  #heaviest(): Client | undefined {
    let heaviest: Client | undefined
    for (const client of this.#clients.values()) {
      if (heaviest === undefined || client.characters > heaviest.characters) heaviest = client
    }
    return heaviest
  }

  /** For holds alone: one of the client's is over. */
  forget(client: Client, hold: Hold): void {
    client.cuttable.delete(hold)
    client.open--
    if (client.open > 0 || client.waiting.length > 0) return
    client.isIdle = this.#idle < MAX_IDLE
    if (client.isIdle) this.#idle++
    else this.#clients.delete(client.name)
  }
}

class Hold implements AnswerHold {
  readonly #memory: ClientMemory
  readonly #client: Client
  #characters = 0
  #cut: (() => void) | undefined
  #isReleased = false

  constructor(memory: ClientMemory, client: Client) {
    this.#memory = memory
    this.#client = client
  }

  grow(characters: number): void {
    if (this.#isReleased) return
    if (this.#memory.isFull(this.#client, characters)) {
      throw new RpcError('limitExceeded', 'response too large: the answers before it are not read yet')
    }
    this.#count(characters)
  }

  shrink(characters: number): void {
    if (!this.#isReleased) this.#count(-characters)
  }

  letCut(cut: () => void): void {
    this.#cut = cut
    if (!this.#isReleased) this.#client.cuttable.add(this)
  }

  release(): void {
    if (this.#isReleased) return
    this.#count(-this.#characters)
    this.#isReleased = true
    this.#memory.forget(this.#client, this)
  }

  /** True if something was given back. */
  cutOff(): boolean {
    if (this.#cut === undefined) return false
    this.#cut()
    this.release()
    return true
  }

  #count(characters: number): void {
    this.#characters += characters
    this.#memory.add(this.#client, characters)
  }
}
