import { defaultClientConditions, defineConfig } from 'vite'

/** Static files in dist/: names with hashes, no inline script, nothing from elsewhere. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  // The rules and the engine's session come from their sources, as everywhere in this repository.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  worker: { format: 'es' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined assets would be `data:` addresses, which the page's policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
