import { connect } from 'node:net'
import { expectAnswer } from '@poai/testing/expect-answer'

interface Answer {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

/** The result of a method, asked by the node's socket, and checked by the method's schema. */
export async function ask(socket: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const { result, error } = await send(socket, method, params)
  if (error !== undefined) throw new Error(error.message)
  expectAnswer(method, params, result)
  return result
}

/** The code of the error that a method answers with; undefined if it answers. */
export async function askForCode(
  socket: string,
  method: string,
  params: readonly unknown[],
): Promise<number | undefined> {
  return (await send(socket, method, params)).error?.code
}

function send(socket: string, method: string, params: readonly unknown[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket)
    let text = ''
    connection.setEncoding('utf8')
    connection.on('error', reject)
    connection.on('data', (chunk) => {
      text += chunk
      if (!text.includes('\n')) return
      connection.end()
      resolve(JSON.parse(text))
    })
    connection.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`)
  })
}
