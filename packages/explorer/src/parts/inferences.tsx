import type { InferenceJson } from '@poai/api/client'
import type { Hex } from '@poai/core'
import type { VNode } from 'preact'
import { useAnswer } from '../state/use-answer.ts'
import { count, lines, toNumber } from '../text/show.ts'
import { Account, Fields, Hash } from './fields.tsx'

/** What a transaction asked of models, and what these said; nothing if it asked nothing. */
export function Inferences({ hash }: { readonly hash: Hex }): VNode | null {
  const answer = useAnswer('poai_inferences', [hash])
  if (answer.kind !== 'found' || answer.value === null || answer.value.length === 0) return null
  return (
    <section class="card" aria-labelledby="inferences">
      <h2 id="inferences">Asked of models ({answer.value.length})</h2>
      <p class="muted">Every node that checks the block computes these answers again, and gets the same bits.</p>
      {answer.value.map((inference, index) => (
        <InferenceView key={index} inference={inference} />
      ))}
    </section>
  )
}

function InferenceView({ inference }: { readonly inference: InferenceJson }): VNode {
  const { kind, model, from, gasUsed, prompt, text, tokens = [], isUndone, succeeded, failure } = inference
  const said = (
    <>
      <strong class="mono long">{lines(text ?? '')}</strong>{' '}
      <span class="muted">
        {tokens.length} {tokens.length === 1 ? 'token' : 'tokens'}
      </span>
    </>
  )
  return (
    <article class="quiz">
      <header>
        <span>
          <span class="tag">{kind}</span> {model ?? 'no model takes this'}, asked by <Account address={from} />
        </span>
        <span class="muted">{count(gasUsed)} gas</span>
      </header>
      <Fields
        rows={[
          ...(prompt === undefined ? [] : [['Prompt', <Hash value={lines(prompt)} />] as const]),
          ...(text === undefined ? [] : [[kind === 'replay' ? 'Claimed answer' : 'Answer', said] as const]),
        ]}
      />
      <Verdict inference={inference} />
      {succeeded ? null : <p class="wrong">✗ failed: {failure ?? 'it took all its gas'}</p>}
      {succeeded && isUndone ? <p class="wrong">✗ undone, because a call around it failed</p> : null}
      {prompt === undefined ? null : <Particulars inference={inference} />}
    </article>
  )
}

/** What the model thinks of a claim. */
function Verdict({ inference }: { readonly inference: InferenceJson }): VNode | null {
  const { isRightRoot, firstWrong, tokens = [] } = inference
  if (isRightRoot === undefined || firstWrong === undefined) return null
  if (firstWrong < tokens.length) return <p class="wrong">✗ not what the model says, from token {firstWrong} on</p>
  return isRightRoot ? (
    <p class="right">✓ the model says this, to the last bit</p>
  ) : (
    <p class="wrong">✗ the model says this, but the root is another one</p>
  )
}

function Particulars({ inference }: { readonly inference: InferenceJson }): VNode {
  const { modelSha256 = '', temperature = 0, seed = '', root, tokens = [], maxTokens, promptData = '0x' } = inference
  return (
    <details>
      <summary>Tokens, seed and root</summary>
      <Fields
        rows={[
          ['Model', <Hash value={modelSha256} />],
          ['Prompt, in bytes', <Hash value={promptData} />],
          ['Temperature', temperature === 0 ? '0: the likeliest token each time' : String(temperature / 1000)],
          ...(temperature === 0 ? [] : [['Seed', <Hash value={seed} />] as const]),
          ...(maxTokens === undefined ? [] : [['At most', `${count(maxTokens)} tokens`] as const]),
          ['Tokens', <Hash value={tokens.join(' ')} />],
          ...(root === undefined ? [] : [['Root', <Hash value={root} />] as const]),
          ['Gas brought', count(toNumber(inference.gas))],
        ]}
      />
    </details>
  )
}
