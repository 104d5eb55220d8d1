import { listSchema, method, RESULTS, required, textOf } from '@poai/api'
import { type Codec, utf8ToBytes } from '@poai/core'
import { ACCEPTED, rejected, type TopicDeclaration } from '@poai/p2p'
import type { Ground } from '../../src/ground.ts'
import type { NetworkWing } from '../../src/wings/network-wing.ts'
import type { Wing } from '../../src/wings/wing.ts'

const MAX_BYTES = 100

const codec: Codec<string> = {
  maxBytes: MAX_BYTES,
  encode: utf8ToBytes,
  decode: (bytes) => new TextDecoder().decode(bytes),
}

/** A feature that no node has: greetings that go round the network. It shows what a new feature takes. */
export function guestbookWing({ logger }: Ground, { network }: { readonly network: NetworkWing }): Wing {
  const greetings: string[] = []
  const topic: TopicDeclaration<string> = {
    name: 'guestbook',
    codec,
    validate: async (greeting) => {
      if (greeting === '') return rejected('empty', 'invalid-message')
      greetings.push(greeting)
      return ACCEPTED
    },
  }
  return {
    methods: [
      method({
        name: 'guestbook_sign',
        summary: 'Greets everybody in the network',
        params: [required('greeting', textOf(MAX_BYTES))],
        result: RESULTS.flag,
        run: ([greeting]) => network.joined.require().topic(topic).publish(greeting),
      }),
      method({
        name: 'guestbook_greetings',
        summary: 'The greetings of others',
        params: [],
        result: listSchema(RESULTS.text),
        run: () => greetings,
      }),
    ],
    metrics: [
      {
        name: 'poai_guestbook_greetings_total',
        kind: 'counter',
        help: 'Greetings of others',
        read: () => greetings.length,
      },
    ],
    topics: [topic],
    status: () => ({ guestbook: { greetings: greetings.length } }),
    start: (services) =>
      services.start('guestbook', {
        start: async () => logger.info('The guestbook is open'),
        stop: async () => logger.info('The guestbook is closed'),
      }),
  }
}
