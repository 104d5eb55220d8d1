import { Emitter, type Subscribe, silentLogger } from '@poai/core'
import type { FoundPeer } from '../../src/host/host.ts'
import type { Remote } from '../../src/host/stream-host.ts'

/** Connections that a test opens and closes by hand. */
export class FakeHost {
  readonly open: Remote[] = []
  readonly dialled: (readonly string[])[] = []
  readonly connected: Emitter<Remote> = new Emitter('connected', silentLogger)
  readonly disconnected: Emitter<string> = new Emitter('disconnected', silentLogger)
  readonly found: Emitter<FoundPeer> = new Emitter('found', silentLogger)
  explored = 0
  /** What a dial comes to. */
  answer: (addresses: readonly string[]) => Remote | Error = () => new Error('nobody is there')
  readonly onConnected: Subscribe<Remote> = this.connected.subscribe
  readonly onDisconnected: Subscribe<string> = this.disconnected.subscribe
  readonly onFound: Subscribe<FoundPeer> = this.found.subscribe

  remotes(): readonly Remote[] {
    return this.open
  }

  connect(remote: Remote): void {
    this.open.push(remote)
    this.connected.emit(remote)
  }

  async dial(addresses: readonly string[]): Promise<Remote> {
    this.dialled.push(addresses)
    const answer = this.answer(addresses)
    if (answer instanceof Error) throw answer
    this.connect(answer)
    return answer
  }

  async disconnect(peerId: string): Promise<void> {
    const index = this.open.findIndex(({ id }) => id === peerId)
    if (index < 0) return
    this.open.splice(index, 1)
    this.disconnected.emit(peerId)
  }

  async explore(): Promise<void> {
    this.explored++
  }

  async forget(): Promise<void> {}

  async tidy(): Promise<void> {}

  async ping(): Promise<number> {
    return 1
  }
}
