import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// The server reads the manifest to find the entry; every other file is asked for by its hashed name.
export default defineConfig({
  plugins: [svelte()],
  worker: { format: 'es' },
  publicDir: 'public',
  build: {
    outDir: '../src/rubicon/web/static',
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    modulePreload: { polyfill: false },
    rollupOptions: { input: 'src/main.ts' },
  },
})
