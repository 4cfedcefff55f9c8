import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/portal-assets/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Files stand at the root of `base`, beside each other.
    assetsDir: '',
    // Pictures and fonts as files: the portal's content security policy wants no more `data:` than it must.
    assetsInlineLimit: 0,
  },
})
