import type { Hex } from '@poai/core'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { AccountPage } from './pages/account-page.tsx'
import { BlockPage } from './pages/block-page.tsx'
import { EnginePage } from './pages/engine-page.tsx'
import { LivePage } from './pages/live-page.tsx'
import { MempoolPage } from './pages/mempool-page.tsx'
import { MiningPage } from './pages/mining-page.tsx'
import { NetworkPage } from './pages/network-page.tsx'
import { TransactionPage } from './pages/transaction-page.tsx'
import { WalletPage } from './pages/wallet-page.tsx'
import { Search } from './parts/search.tsx'
import { ThemeButton } from './parts/theme-button.tsx'
import { route, to } from './router.ts'
import { chainId, isLive } from './state/live.ts'
import { short } from './text/show.ts'

const MENU = [
  ['', 'Live'],
  ['mining', 'Mining'],
  ['network', 'Network'],
  ['mempool', 'Mempool'],
  ['engine', 'Engine'],
  ['wallet', 'Wallet'],
] as const

/** The whole page. */
export function App(): VNode {
  const [section = ''] = route.value
  const title = titleOf(route.value)
  useEffect(() => {
    document.title = title
  }, [title])
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href={to()}>
          <span class="mark" aria-hidden="true">
            p
          </span>
          poai
        </a>
        <nav aria-label="Pages">
          {MENU.map(([name, label]) => (
            <a
              key={name}
              href={to(...(name === '' ? [] : [name]))}
              aria-current={section === name ? 'page' : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
        <Search />
        <span class={isLive.value ? 'line live' : 'line'} role="status">
          {isLive.value ? 'live' : 'no connection'}
        </span>
        <ThemeButton />
      </header>
      <main id="main" tabIndex={-1}>
        {pageOf(route.value)}
      </main>
      <footer>
        {chainId.value === undefined ? '' : `Chain ${chainId.value}. `}A language model did the work for each block, and
        the node that serves this page replayed it.
      </footer>
    </>
  )
}

/** The title in tabs and in the browser's history. */
function titleOf([section = '', name = '']: readonly string[]): string {
  const label = MENU.find(([known]) => known === section)?.[1] ?? `${section} ${short(name)}`
  return `${label} · poai`
}

/** Names are what the user typed: the node says what is wrong with them. */
function pageOf([section, name = '']: readonly string[]): VNode {
  switch (section) {
    case undefined:
      return <LivePage />
    case 'block':
      return <BlockPage key={name} name={name} />
    case 'tx':
      return <TransactionPage key={name} hash={name as Hex} />
    case 'address':
      return <AccountPage key={name} address={name as Hex} />
    case 'mining':
      return <MiningPage />
    case 'network':
      return <NetworkPage />
    case 'mempool':
      return <MempoolPage />
    case 'engine':
      return <EnginePage />
    case 'wallet':
      return <WalletPage />
    default:
      return (
        <section class="card">
          <h1>Nothing here</h1>
          <p>
            There is no such page. <a href={to()}>Go to the newest blocks.</a>
          </p>
        </section>
      )
  }
}
