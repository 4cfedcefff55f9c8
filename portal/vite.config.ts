import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compression, defineAlgorithm } from 'vite-plugin-compression2'
import { compileWords } from './compile-words.ts'

export default defineConfig({
  base: '/portal-assets/',
  // The server sends the compressed files that stand beside the others (server/portal-api/portal-app.ts).
  plugins: [
    compileWords(),
    react(),
    compression({
      algorithms: [defineAlgorithm('brotliCompress'), defineAlgorithm('gzip', { level: 9 })],
      include: /\.(js|css|svg)$/,
      threshold: 1000,
    }),
  ],
  resolve: { alias: { 'use-intl/format-message': 'use-intl/format-message/format-only' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Files stand at the root of `base`, beside each other.
    assetsDir: '',
    // Pictures and fonts as files: the portal's content security policy wants no more `data:` than it must.
    assetsInlineLimit: 0,
  },
})
