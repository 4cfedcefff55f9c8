import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'

/** The library comes with the first message, not with the first page. */
const load = () => import('@mantine/notifications')

let mount: (() => void) | undefined

/** Says in passing that something is done. Failures stand where they happened, and never here. */
export function notify({ message }: { message: ReactNode }): void {
  mount?.()
  void load().then(({ notifications }) => notifications.show({ message }))
}

const Messages = lazy(async () => {
  await Promise.all([import('../mantine-controls.css'), import('@mantine/notifications/styles.css')])
  return { default: (await load()).Notifications }
})

/** Where messages appear; once in the portal. */
export function Notices() {
  const [isNeeded, setIsNeeded] = useState(false)
  useEffect(() => {
    mount = () => setIsNeeded(true)
    return () => {
      mount = undefined
    }
  }, [])
  if (!isNeeded) return null
  return (
    <Suspense fallback={null}>
      <Messages position="bottom-center" />
    </Suspense>
  )
}
