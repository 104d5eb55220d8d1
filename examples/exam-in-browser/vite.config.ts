import { defineConfig } from 'vite'

/** Any bundler will do. */
export default defineConfig({ root: import.meta.dirname, base: './', build: { target: 'es2022' } })
