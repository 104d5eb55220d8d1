import { readFile } from 'node:fs/promises'
import { AppError } from '@poai/core'
import type { CliContext } from './cli-context.ts'
import { UsageError } from './report-error.ts'

const ENTER = new Set(['\r', '\n', '\u0004'])
const BACKSPACE = new Set(['\b', '\u007f'])
const INTERRUPT = '\u0003'
const CLEAR_LINE = '\u0015'
/** The longest line read from standard input: no password is longer. */
const MAX_SECRET_LENGTH = 4_096

/** Where a secret may come from besides the keyboard. */
export interface SecretSource {
  /** A file whose first line is the secret. */
  readonly file?: string | undefined
}

/** Reads a secret: the first line of a file or of piped input, or what is typed, without an echo. */
export async function readSecret(
  { terminal, signal }: Pick<CliContext, 'terminal' | 'signal'>,
  question: string,
  { file }: SecretSource = {},
): Promise<string> {
  if (file !== undefined) return firstLine(await readSecretFile(file))
  if (process.stdin.isTTY !== true) return firstLine(await readStandardInput())
  try {
    // The echo is off before the question is asked, so that early typing is not shown either.
    const secret = typed(process.stdin, signal)
    terminal.err(question)
    return await secret
  } finally {
    terminal.err('\n')
  }
}

/** Reads a new password, which is asked for twice at the keyboard. */
export async function readNewPassword(
  context: Pick<CliContext, 'terminal' | 'signal'>,
  source: SecretSource,
): Promise<string> {
  const password = await readSecret(context, 'New password: ', source)
  if (password === '')
    throw new UsageError(
      'the password is empty',
      'an empty password protects nothing: choose one, or give --password-file FILE',
    )
  const isTyped = source.file === undefined && process.stdin.isTTY === true
  if (!isTyped || (await readSecret(context, 'The same again: ')) === password) return password
  throw new UsageError('the two passwords differ', 'try again')
}

async function readSecretFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new AppError('CLI_FILE_UNREADABLE', `cannot read ${file}`, {
      actual: cause instanceof Error ? cause.message : String(cause),
      cause,
      hint: 'check the path and its permissions',
    })
  }
}

async function readStandardInput(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.includes('\n') || text.length > MAX_SECRET_LENGTH) break
  }
  if (text !== '') return text
  throw new UsageError('there is no terminal to type a password in', 'give it in a file: --password-file FILE')
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/\r$/, '')
}

/** Reads keys until Enter, without an echo. */
function typed(input: NodeJS.ReadStream, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let secret = ''
  const onKey = (key: string): void => {
    if (ENTER.has(key)) resolve(secret)
    else if (key === INTERRUPT) reject(new DOMException('interrupted', 'AbortError'))
    else if (BACKSPACE.has(key)) secret = secret.slice(0, -1)
    else if (key === CLEAR_LINE) secret = ''
    else if (key >= ' ' && secret.length < MAX_SECRET_LENGTH) secret += key
  }
  const onKeys = (keys: string): void => [...keys].forEach(onKey)
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  input.setEncoding('utf8').setRawMode(true).on('data', onKeys).resume()
  return promise.finally(() => {
    input.off('data', onKeys).setRawMode(false).pause()
    signal.removeEventListener('abort', onAbort)
  })
}
