import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ask } from '../support/ask.ts'
import { guestbookWing } from '../support/guestbook-wing.ts'
import { loggedUrl, messagesOf, type TestNode, testFolder, testNode } from '../support/test-node.ts'

/** A node with a feature that has one file and one line. */
function nodeWithGuestbook(directory: string, flags: Readonly<Record<string, string | boolean>> = {}): TestNode {
  return testNode(directory, {
    flags: { 'shared-addresses': true, 'metrics-port': '0', ...flags },
    guests: ({ network }, ground) => [guestbookWing(ground, { network })],
  })
}

it('a wing brings methods, a metric, a status field, a service and a topic', async () => {
  const folder = await testFolder()
  const [home, away] = [join(folder, 'home'), join(folder, 'away')]
  const [socket, otherSocket] = [join(home, 'poai.ipc'), join(away, 'poai.ipc')]
  const first = nodeWithGuestbook(home)
  await first.node.start()
  const second = nodeWithGuestbook(away, { peers: first.node.status.addresses.join(',') })
  await second.node.start()
  await expect.poll(() => first.node.status.peers, { timeout: 20_000 }).toBe(1)

  // A message may overtake the wish to hear it: each greeting is another one.
  let greetings = 0
  const greet = async (): Promise<unknown> => {
    expect(await ask(socket, 'guestbook_sign', [`hello ${++greetings}`])).toBe(true)
    return ask(otherSocket, 'guestbook_greetings')
  }
  await expect.poll(greet, { interval: 50, timeout: 20_000 }).toContainEqual(expect.stringMatching(/^hello \d+$/))
  const heard = Number(((await ask(otherSocket, 'guestbook_greetings')) as readonly string[]).length)

  const status = (await ask(otherSocket, 'poai_nodeStatus')) as Readonly<Record<string, unknown>>
  expect(status).toMatchObject({ guestbook: { greetings: heard }, state: { name: 'abstaining' } })
  expect(await (await fetch(`${loggedUrl(second, 'Serving metrics')}/metrics`)).text()).toContain(
    `poai_guestbook_greetings_total ${heard}`,
  )
  const { methods } = (await ask(socket, 'rpc.discover')) as { readonly methods: readonly { readonly name: string }[] }
  expect(methods.map(({ name }) => name)).toContain('guestbook_sign')

  await first.node.stop()
  const messages = messagesOf(first)
  expect(messages.filter((message) => message.includes('guestbook'))).toEqual([
    'The guestbook is open',
    'The guestbook is closed',
  ])
  expect(messages.indexOf('The guestbook is closed')).toBeGreaterThan(messages.indexOf('Stopping'))
})

it('a method that needs a part which is not there says so', async () => {
  const folder = await testFolder()
  const { node } = nodeWithGuestbook(folder, { p2p: false })
  await node.start()
  await expect(ask(join(folder, 'poai.ipc'), 'guestbook_sign', ['hello'])).rejects.toThrow('not joined its network yet')
  expect(await ask(join(folder, 'poai.ipc'), 'guestbook_greetings')).toEqual([])
})
