/** Prints dialogues. Usage: node --conditions=source show-dialogues.ts [COUNT [LABEL [train | entities | wordings]]] */
import type { Split } from '../text/draw.ts'
import { drawDialogue } from '../text/draw-dialogue.ts'

const [count = '10', label = 'poai/chat-1/show', split = 'train'] = process.argv.slice(2)
for (let i = 0; i < Number(count); i++) {
  for (const { user, answer } of drawDialogue(`${label}/${i}`, split as Split))
    process.stdout.write(`U: ${user}\nA: ${answer}\n`)
  process.stdout.write('\n')
}
