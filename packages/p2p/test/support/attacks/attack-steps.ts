import { concatBytes } from '@poai/core'
import type { HostileClient } from '../hostile-client.ts'
import type { AttackScene } from './attack.ts'

/** A client whose handshake succeeded; undefined if the victim does not let it in. */
export async function admitted(scene: AttackScene, from?: string): Promise<HostileClient | undefined> {
  const client = await scene.start(from)
  try {
    await client.greet()
    return client
  } catch {
    await client.close()
    return undefined
  }
}

/** With new names as long as the victim lets one in. */
export async function repeatUntilBanned(
  scene: AttackScene,
  act: (client: HostileClient, round: number) => Promise<void>,
): Promise<string> {
  let round = 0
  let clients = 0
  while (round < scene.tries) {
    const client = await admitted(scene)
    if (client === undefined) break
    clients++
    for (; round < scene.tries && client.isConnected; round++) {
      await act(client, round).catch(() => undefined)
      await pause(20)
    }
    await client.close()
  }
  const end = round < scene.tries ? 'then turned away' : 'and never turned away'
  return `${round} times by ${clients} names, ${end}`
}

/** True if the stream was opened; it is left open. */
export async function sendRaw(client: HostileClient, protocol: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const stream = await client.open(protocol)
    if (bytes.length > 0) stream.send(bytes)
    return true
  } catch {
    return false
  }
}

/** A frame as the victim reads it. */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  return varint(bytes.length, bytes)
}

/** A frame that claims a length, whatever follows. */
export function varint(length: number, rest: Uint8Array): Uint8Array {
  const prefix: number[] = []
  let left = BigInt(length)
  while (left >= 0x80n) {
    prefix.push(Number(left & 0x7fn) | 0x80)
    left >>= 7n
  }
  prefix.push(Number(left))
  return concatBytes(Uint8Array.from(prefix), rest)
}

/** Lets the victim work. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Waits for the victim to close the connection, or a while. */
export async function standOut(client: HostileClient, ms: number): Promise<void> {
  const end = performance.now() + ms
  while (client.isConnected && performance.now() < end) await pause(20)
}

/** Since `begin`, in words. */
export function seconds(begin: number): string {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`
}
