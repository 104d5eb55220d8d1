import { RpcClientError } from '../connect/rpc-client-error.ts'
import { ANSWERS } from './answers.ts'
import { findMismatch } from './find-mismatch.ts'
import type { SendCall } from './node-client.ts'
import type { NodeMethods } from './node-methods.ts'

/**
 * Wraps `send` so that every answer is compared with its schema first. A node of another version, or a server that is
 * no node at all, then causes an error that says what is wrong, where a careless reader would find a zero.
 *
 * @example
 * const node = createNodeClient(checkAnswers((method, params) => client.call(method, params)))
 * const { head } = await node.call('poai_nodeStatus')
 */
export function checkAnswers(send: SendCall): SendCall {
  return async (method, params) => {
    const answer = await send(method, params)
    checkAnswer(method, answer)
    return answer
  }
}

/** Throws an `RPC_MALFORMED` error that names the first member of an answer that does not fit the method's schema. */
export function checkAnswer<Name extends keyof NodeMethods>(
  method: Name,
  answer: unknown,
): asserts answer is NodeMethods[Name]['result'] {
  const found = findMismatch(ANSWERS[method], answer)
  if (found === undefined) return
  const { path, expected, actual } = found
  const place = path === '' ? '' : `${path} of `
  throw new RpcClientError('RPC_MALFORMED', `cannot read ${place}what ${method} answered`, {
    ...{ expected, actual },
    hint: 'is the node of another version? web3_clientVersion tells',
  })
}
