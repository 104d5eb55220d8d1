import { useEffect, useState } from 'preact/hooks'
import { ask } from '../rpc/node-client.ts'

/** What became of a question. */
export type Answer<T> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'failed'; readonly message: string }

/** Asks the node when the question changes; an answer to an earlier question is thrown away. */
export function useAnswer<T>(method: string, params: readonly unknown[], again?: unknown): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ kind: 'waiting' })
  const question = JSON.stringify([method, params])
  useEffect(() => {
    const asked = new AbortController()
    const [name, given] = JSON.parse(question) as [string, unknown[]]
    ask<T>(name, given, asked.signal).then(
      (value) => setAnswer({ kind: 'found', value }),
      (error: unknown) => {
        if (!asked.signal.aborted)
          setAnswer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
      },
    )
    return () => asked.abort()
  }, [question, again])
  return answer
}
