import { Suspense } from 'react'
import { Link, Outlet, ScrollRestoration } from 'react-router'
import { useMe } from '../api/me.ts'
import { useWords } from '../language/use-words.ts'
import { FocusKeeper } from './focus-keeper.tsx'
import { LoadingLines } from './loading-lines.tsx'
import { Logo } from './logo.tsx'
import { ProofDialog } from './proof-dialog.tsx'
import { UserMenu } from './user-menu.tsx'

/** What stands round every screen. */
export function Frame() {
  return (
    <Suspense fallback={<FrameOnTheWay />}>
      <LoadedFrame />
    </Suspense>
  )
}

function LoadedFrame() {
  const { urls, isProduction } = useMe()
  const words = useWords('frame')
  return (
    <div className="frame">
      <a className="skip-link" href="#main">
        {words('skip')}
      </a>
      <header className="site-header">
        <div className="site-header-inner">
          <Link className="brand" to="/">
            <Logo />
            <span>onpatient</span>
          </Link>
          <UserMenu />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Suspense fallback={<LoadingLines lines={4} height={72} />}>
          <Outlet />
        </Suspense>
      </main>
      <footer className="site-footer">
        <div className="site-footer-inner">
          <p>
            {words('motto')}
            {isProduction ? null : <span className="badge">{words('development')}</span>}
          </p>
          <nav aria-label={words('documentation')}>
            <a href={urls.tutorial}>{words('tutorial')}</a>
            <a href={urls.documentation}>{words('apiDocumentation')}</a>
          </nav>
        </div>
      </footer>
      <ProofDialog />
      <FocusKeeper />
      <ScrollRestoration />
    </div>
  )
}

function FrameOnTheWay() {
  return (
    <div className="frame">
      <header className="site-header">
        <div className="site-header-inner">
          <span className="brand">
            <Logo />
            <span>onpatient</span>
          </span>
        </div>
      </header>
      <main>
        <LoadingLines lines={4} height={72} />
      </main>
    </div>
  )
}
