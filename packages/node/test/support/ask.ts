import { connect } from 'node:net'
import { ANSWERS, checkAnswer, type NodeMethods } from '@poai/api/client'

/** The result of a method, asked by the node's socket, and checked where clients know what the method answers. */
export function ask(socket: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket)
    let text = ''
    connection.setEncoding('utf8')
    connection.on('error', reject)
    connection.on('data', (chunk) => {
      text += chunk
      if (!text.includes('\n')) return
      connection.end()
      const { result, error } = JSON.parse(text)
      if (error !== undefined) return reject(new Error(error.message))
      if (Object.hasOwn(ANSWERS, method)) checkAnswer(method as keyof NodeMethods, result)
      resolve(result)
    })
    connection.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`)
  })
}
