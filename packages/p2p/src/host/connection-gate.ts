/** Decides who may connect, before anything of theirs is read. */
export interface ConnectionGate {
  /** A TCP connection came from this address; nothing else is known yet. */
  admitsAddress(address: string): boolean
  /** The peer has proven who it is. Also asked for peers that we dialled. */
  admitsPeer(peerId: string, address: string, direction: 'in' | 'out'): boolean
}
