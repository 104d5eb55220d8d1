import { Emitter, type Subscribe, silentLogger, ZERO_HASH } from '@poai/core'
import type { Farewell, Greeting, Handshake } from '../../src/handshake/handshake.ts'
import type { GoodbyeReason } from '../../src/handshake/status-message.ts'
import type { PeerStatus } from '../../src/peers/peer.ts'

/** A status like any other. */
export const A_STATUS: PeerStatus = {
  headNumber: 1n,
  headHash: ZERO_HASH,
  totalWork: 1n,
  version: 'poai/test',
  domain: '',
  services: { allBlocks: true, transactions: true },
}

/** A handshake that a test does by hand. */
export class FakeHandshake implements Handshake {
  readonly greeted: Emitter<Greeting> = new Emitter('greeted', silentLogger)
  readonly farewells: Emitter<Farewell> = new Emitter('farewell', silentLogger)
  readonly goodbyes: (readonly [string, GoodbyeReason])[] = []
  /** What others answer to our status. */
  answer: () => PeerStatus | Error = () => A_STATUS
  readonly onGreeted: Subscribe<Greeting> = this.greeted.subscribe
  readonly onFarewell: Subscribe<Farewell> = this.farewells.subscribe

  async listen(): Promise<void> {}

  async greet(): Promise<PeerStatus> {
    const answer = this.answer()
    if (answer instanceof Error) throw answer
    return answer
  }

  async sayGoodbye(peerId: string, reason: GoodbyeReason): Promise<void> {
    this.goodbyes.push([peerId, reason])
  }
}
