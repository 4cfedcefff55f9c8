import { Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { useLocation } from 'react-router'

let shownLocation: string | undefined

/**
 * The one `<h1>` of a screen, which also names the document. After a navigation it takes the focus, so that a screen
 * reader says where the person is; on the first screen the browser's own start stays.
 */
export function PageHeading({ title, children }: { title: string; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const { pathname } = useLocation()
  useEffect(() => {
    document.title = `${title} · onpatient`
  }, [title])
  useEffect(() => {
    if (shownLocation !== undefined && shownLocation !== pathname) heading.current?.focus()
    shownLocation = pathname
  }, [pathname])
  return (
    <Title order={1} ref={heading} tabIndex={-1} className="page-heading">
      {children ?? title}
    </Title>
  )
}
