import { describe, expect, it } from 'vitest'
import { MAX_WIDTH, proseFaults } from '../../prose/prose-faults.ts'
import { proseOfMarkdown, proseOfSource } from '../../prose/read-prose.ts'

/** Words of so many characters in all. */
function words(width: number): string {
  return 'word '
    .repeat(Math.ceil(width / 5))
    .slice(0, width - 1)
    .concat('.')
}

const WIDE = words(MAX_WIDTH + 1)

const inMarkdown = (text: string): readonly number[] => proseFaults(proseOfMarkdown(text)).map(({ line }) => line)
const inSource = (text: string): readonly number[] => proseFaults(proseOfSource(text)).map(({ line }) => line)

describe('lines', () => {
  it('may be as wide as the formatter lets code be, and not one character wider', () => {
    expect(inMarkdown(words(MAX_WIDTH))).toEqual([])
    expect(inMarkdown(`# Title\n\n${WIDE}\n`)).toEqual([3])
  })

  it.each([
    ['a table', `| ${WIDE} |`],
    ['a block of code', `\`\`\`sh\n${WIDE}\n\`\`\``],
    ['the target of a link', `[here](${'a/'.repeat(60)}b.md)`],
    ['an address', `See https://example.org/${'a'.repeat(MAX_WIDTH)}`],
  ])('of %s may be wider', (_what, text) => {
    expect(inMarkdown(`${text}\n`)).toEqual([])
  })

  it('are looked at again after a block of code', () => {
    expect(inMarkdown(`\`\`\`\n${WIDE}\n\`\`\`\n${WIDE}\n`)).toEqual([4])
  })

  it('of comments are prose, wherever they stand', () => {
    expect(inSource(`// ${WIDE}\nconst a = 1 // ${WIDE}\n/**\n * ${WIDE}\n */\n`)).toEqual([1, 2, 4])
  })

  it.each([
    ['a text', `const a = '// ${WIDE}'`],
    ['a template', `const a = \`// ${WIDE} \${b} // ${WIDE}\``],
    ['a pattern', `const a = /\\/\\/ ${WIDE}/`],
    ['what a tool reads', `// biome-ignore lint/a/b: ${WIDE}`],
  ])('of %s may be wider', (_what, text) => {
    expect(inSource(`${text}\n`)).toEqual([])
  })
})

describe('words', () => {
  it('that say another thing to most readers are found, with what to say instead', () => {
    expect(proseFaults(proseOfMarkdown('A dear call.'))).toEqual([{ line: 1, message: '"dear": say "expensive"' }])
    expect(inSource('/** The dearest there is to be had. */')).toEqual([1, 1])
  })

  it('are not looked for in code', () => {
    expect(inSource("const dear = 'dear'")).toEqual([])
  })
})
