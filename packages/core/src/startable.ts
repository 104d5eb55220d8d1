/**
 * A part of the node with a life: constructing it assigns, `start` acts, `stop` waits for work in flight and may be
 * called twice.
 */
export interface Startable {
  start(): Promise<void>
  stop(): Promise<void>
}
