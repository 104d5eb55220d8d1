import { existsSync } from 'node:fs'

/** Where Debian and others put it; POAI_CHROMIUM names another. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium']

/** A browser that this machine has, or undefined. */
export function findChromium(): string | undefined {
  const named = process.env['POAI_CHROMIUM']
  return named ?? PLACES.find((path) => existsSync(path))
}

/**
 * The browser, if the tests that need one can run. Where every change is tested a missing browser is a fault; elsewhere
 * it is told of, and the tests are skipped.
 */
export function chromiumForTests(): string | undefined {
  const found = findChromium()
  const help = 'no Chromium: install it (apt-get install chromium), or name one by POAI_CHROMIUM'
  if (found === undefined && process.env['CI'] !== undefined) throw new Error(help)
  if (found === undefined) process.stderr.write(`the explorer page is NOT tested: ${help}\n`)
  return found
}
