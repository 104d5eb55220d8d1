import type { DescribedCommand } from './describe-commands.ts'

/** Shells that have completion scripts. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** A script that completes the commands and options of `poai`, and file names where an option takes a value. */
export function completionScript(shell: Shell, commands: readonly DescribedCommand[]): string {
  if (shell === 'fish') return fishScript(commands)
  return shell === 'zsh' ? zshScript(commands) : bashScript(commands)
}

/** The words of a path as one key. */
function keyOf({ path }: DescribedCommand): string {
  return path.join(' ')
}

function bashScript(commands: readonly DescribedCommand[]): string {
  return `# Completion of poai for bash.
_poai() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "\${path}/\${word}" in
${knownSteps(commands)
  .map(({ from, name, to }) => `      "${from}/${name}") path="${to}" ;;`)
  .join('\n')}
    esac
  done
  case "\${path}" in
${commands
  .map(
    (command) => `    "${keyOf(command)}")
      case "\${previous}" in ${valueFlags(command)}) COMPREPLY=($(compgen -f -- "\${current}")); return ;; esac
      COMPREPLY=($(compgen -W "${wordsOf(command)}" -- "\${current}")) ;;`,
  )
  .join('\n')}
  esac
  [[ \${#COMPREPLY[@]} -eq 0 && "\${current}" != -* ]] && COMPREPLY=($(compgen -f -- "\${current}"))
}
complete -o filenames -F _poai poai
`
}

/** The same function: zsh runs it as bash would. */
function zshScript(commands: readonly DescribedCommand[]): string {
  return `#compdef poai
# Completion of poai for zsh.
autoload -U +X bashcompinit && bashcompinit
${bashScript(commands)}`
}

function fishScript(commands: readonly DescribedCommand[]): string {
  const lines = commands.flatMap((command) => {
    const condition = fishCondition(command)
    return [
      ...command.commands.map((name) => {
        const description = commands.find(
          ({ path }) => keyOf(command) === path.slice(0, -1).join(' ') && path.at(-1) === name,
        )
        return `complete -c poai -f -n ${quote(condition)} -a ${name} -d ${quote(description?.description ?? '')}`
      }),
      ...command.options.map(
        ({ flag, description, takesValue }) =>
          `complete -c poai -n ${quote(condition)} -l ${flag.slice(2)}${takesValue ? ' -r' : ''} ` +
          `-d ${quote(description)}`,
      ),
    ]
  })
  return `# Completion of poai for fish.\n${lines.join('\n')}\n`
}

/** Holds when the words so far lead to this command, and to none below it. */
function fishCondition(command: DescribedCommand): string {
  if (command.path.length === 0) return '__fish_use_subcommand'
  const seen = command.path.map((name) => `__fish_seen_subcommand_from ${name}`)
  const below = command.commands.length > 0 ? [`not __fish_seen_subcommand_from ${command.commands.join(' ')}`] : []
  return [...seen, ...below].join('; and ')
}

interface Step {
  readonly from: string
  readonly name: string
  readonly to: string
}

/** All steps from a command to one below it. */
function knownSteps(commands: readonly DescribedCommand[]): readonly Step[] {
  return commands.flatMap((command) =>
    command.commands.map((name) => ({ from: keyOf(command), name, to: [...command.path, name].join(' ') })),
  )
}

/** A pattern of `case`; one that matches nothing, if no option takes a value. */
function valueFlags({ options }: DescribedCommand): string {
  const flags = options.filter(({ takesValue }) => takesValue).map(({ flag }) => flag)
  return flags.length === 0 ? '""' : flags.join('|')
}

function wordsOf({ commands, options }: DescribedCommand): string {
  return [...commands, ...options.map(({ flag }) => flag)].join(' ')
}

/** Quotes a text for fish. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', ' ')}'`
}
