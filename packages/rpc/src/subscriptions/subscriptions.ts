import { RpcError, type Session } from '@poai/api'
import type { Hex, Unsubscribe } from '@poai/core'
import { newSubscriptionId } from './subscription-id.ts'

/** Subscriptions of one connection. */
const MAX_PER_SESSION = 128

/** Starts to notify: `send` sends one result, as JSON. */
export type StartTelling = (send: (result: string) => void) => Unsubscribe

/** Subscriptions of connections that can be notified. They end with their connection. */
export class Subscriptions {
  readonly #bySession = new WeakMap<Session, Map<string, Unsubscribe>>()
  #count = 0

  /** Of all connections. */
  get count(): number {
    return this.#count
  }

  add(session: Session, start: StartTelling): Hex {
    const { notify } = session
    if (notify === undefined) {
      throw new RpcError('unsupported', 'notifications not supported: subscribe over WebSocket or the local socket')
    }
    const own = this.#of(session)
    if (own.size >= MAX_PER_SESSION) throw new RpcError('limitExceeded', `at most ${MAX_PER_SESSION} subscriptions`)
    const id = newSubscriptionId()
    this.#count++
    const before = `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}","result":`
    own.set(
      id,
      start((result) => notify(`${before}${result}}}`)),
    )
    return id
  }

  remove(session: Session, id: string): boolean {
    const own = this.#bySession.get(session)
    own?.get(id)?.()
    const isRemoved = own?.delete(id) ?? false
    if (isRemoved) this.#count--
    return isRemoved
  }

  #of(session: Session): Map<string, Unsubscribe> {
    const known = this.#bySession.get(session)
    if (known !== undefined) return known
    const own = new Map<string, Unsubscribe>()
    this.#bySession.set(session, own)
    session.closed.addEventListener('abort', () => {
      for (const id of [...own.keys()]) this.remove(session, id)
    })
    return own
  }
}
