import type { ChainContext } from '@poai/consensus'
import type { BlockCodecs, NetworkParams } from '@poai/core'
import type { HostileClient } from '../hostile-client.ts'

/** What an attacker has to work with. */
export interface AttackScene {
  readonly params: NetworkParams
  readonly codecs: BlockCodecs
  /** The victim's head when the attack begins. */
  readonly head: ChainContext
  /** A client of another name each time; another address if one is named. */
  start(from?: string): Promise<HostileClient>
  /** How often a thing is tried. */
  readonly tries: number
}

/** Something that a hostile peer does. Resolves with what it got done, in words. */
export interface Attack {
  readonly name: string
  run(scene: AttackScene): Promise<string>
}
