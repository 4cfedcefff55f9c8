import { Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { useLocation } from 'react-router'

interface PageHeadingProps {
  title: string
  /** For a screen that takes the place of another one at the same address. */
  takesFocus?: boolean
  children?: ReactNode
}

let shownLocation: string | undefined

/**
 * The one `<h1>` of a screen, which also names the document. After a navigation it takes the focus, so that a screen
 * reader says where the person is; on the first screen the browser's own start stays.
 */
export function PageHeading({ title, takesFocus = false, children }: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const { pathname } = useLocation()
  useEffect(() => {
    document.title = `${title} · onpatient`
  }, [title])
  useEffect(() => {
    const hasMoved = shownLocation !== undefined && shownLocation !== pathname
    if (hasMoved || takesFocus) heading.current?.focus()
    shownLocation = pathname
  }, [pathname, takesFocus])
  return (
    <Title order={1} ref={heading} tabIndex={-1} className="page-heading">
      {children ?? title}
    </Title>
  )
}
