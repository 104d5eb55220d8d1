import { render } from 'preact'
import { App } from './app.tsx'
import { startLive } from './state/live.ts'
import './styles.css'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
void startLive()
