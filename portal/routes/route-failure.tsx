import { useQueryErrorResetBoundary } from '@tanstack/react-query'
import { useRouteError } from 'react-router'
import { FailureNotice } from '../components/failure-notice.tsx'

/** Takes the place of everything when the frame itself could not be loaded. */
export function RouteFailure() {
  const error = useRouteError()
  const { reset } = useQueryErrorResetBoundary()
  function retry() {
    reset()
    window.location.reload()
  }
  return (
    <div className="frame">
      <main id="main">
        <h1 className="page-heading">onpatient cannot be shown</h1>
        <FailureNotice error={error} title="The page could not be loaded" retry={retry} />
      </main>
    </div>
  )
}
