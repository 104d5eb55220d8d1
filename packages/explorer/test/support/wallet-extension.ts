import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Worker } from 'playwright-core'
import { build } from 'vite'

const SOURCE = join(import.meta.dirname, '../fixtures/wallet-extension')
/** A loaded machine needs some time to start a browser. */
const WAIT_MS = 60_000

/** A browser in which the wallet is installed, unpacked, as its developers install it. */
export interface BrowserWithWallet {
  readonly context: BrowserContext
  /** The wallet's service worker. */
  readonly worker: Worker
  /** `chrome-extension://…` */
  readonly origin: string
  close(): Promise<void>
}

/** Builds the extension and starts a browser with it, in a profile of its own. */
export async function startBrowserWithWallet(executablePath: string): Promise<BrowserWithWallet> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-extension-'))
  const extension = join(folder, 'extension')
  await cp(SOURCE, extension, { recursive: true, filter: (path) => !path.endsWith('.ts') })
  await build({
    configFile: false,
    root: SOURCE,
    logLevel: 'warn',
    build: {
      outDir: extension,
      emptyOutDir: false,
      lib: { entry: join(SOURCE, 'worker.ts'), formats: ['es'], fileName: () => 'worker.js' },
    },
  })
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath,
    args: [
      '--no-sandbox',
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
      // Without it new browsers load no extension that the command line names.
      '--disable-features=DisableLoadExtensionCommandLineSwitch',
    ],
    viewport: { width: 1280, height: 900 },
  })
  context.setDefaultTimeout(WAIT_MS)
  const close = async (): Promise<void> => {
    await context.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const [running] = context.serviceWorkers()
    const worker = running ?? (await context.waitForEvent('serviceworker'))
    const origin = await worker.evaluate<string>('self.location.origin')
    return { context, worker, origin, close }
  } catch (error) {
    await close()
    throw error
  }
}
