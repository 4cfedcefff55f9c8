import './mantine.css'
import '../server/pages/assets/tokens.css'
import '../server/pages/assets/components.css'
import './portal.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { ApiFailure } from './api/call-api.ts'
import { Notices } from './components/notify.tsx'
import { WordsProvider } from './language/words-provider.tsx'
import { router } from './routes/router.tsx'
import { cssVariablesResolver, theme } from './theme.ts'

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
// Read by the library that stops the page behind a dialog from scrolling; without it its style would be refused.
Object.assign(globalThis, { __webpack_nonce__: nonce })

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // A refusal stays one however often it is asked; a broken connection may heal.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiFailure && error.status < 500 && error.status > 0),
    },
  },
})

const root = document.getElementById('root')
if (!root) throw new Error('the document has no root element')
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      cssVariablesResolver={cssVariablesResolver}
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queryClient}>
        <Suspense>
          <WordsProvider>
            <Notices />
            <RouterProvider router={router} />
          </WordsProvider>
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
