import { paramsToJson } from '@poai/api/client'
import { useEffect, useState } from 'preact/hooks'
import { ask, type MethodName, type ParamsOf, type ResultOf } from '../rpc/node-client.ts'

/** The state of a question. */
export type Answer<T> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'failed'; readonly message: string }

/** Asks the node when the question changes; an answer to an earlier question is thrown away. */
export function useAnswer<Name extends MethodName>(
  method: Name,
  params: ParamsOf<Name>,
  again?: unknown,
): Answer<ResultOf<Name>> {
  const [answer, setAnswer] = useState<Answer<ResultOf<Name>>>({ kind: 'waiting' })
  const question = JSON.stringify([method, paramsToJson(params)])
  useEffect(() => {
    const asked = new AbortController()
    ask(method, params, asked.signal).then(
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
