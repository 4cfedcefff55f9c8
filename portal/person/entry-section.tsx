import { Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { EntryList } from './entry-list.tsx'

interface EntrySectionProps<Line> {
  title: string
  /** What holds for all of them. */
  hint?: string | undefined
  lines: readonly Line[]
  /** Shown in place of a list without lines. */
  empty?: string
  children(line: Line): ReactNode
}

/** A part of a page: a heading and its entries. Each child is an `<li>`. */
export function EntrySection<Line>({ title, hint, lines, empty, children }: EntrySectionProps<Line>) {
  return (
    <section className="card" aria-label={title}>
      <Title order={2} size="h4">
        {title}
      </Title>
      {hint && lines.length > 0 && (
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      )}
      {lines.length === 0 ? <Text mt="sm">{empty}</Text> : <EntryList lines={lines}>{children}</EntryList>}
    </section>
  )
}

interface EntryProps {
  name: string
  /** The page of this entry, when it has one. */
  to?: string
  clinical?: string | undefined
  /** What matters most beside the name. */
  main?: string | undefined
  /** What is left out when it is undefined, each after the other. */
  facts: ReadonlyArray<string | undefined | false>
  /** A sign before it, where entries of several kinds stand together. */
  icon?: ReactNode
  children?: ReactNode
}

/** One entry: the word that people say, the clinical one smaller, and what is known about it. */
export function Entry({ name, to, clinical, main, facts, icon, children }: EntryProps) {
  const known = facts.filter(Boolean)
  return (
    <li className={icon ? 'entry entry-with-icon' : 'entry'}>
      {icon && <span className="entry-icon">{icon}</span>}
      <span className="entry-name" dir="auto">
        {to === undefined ? name : <Link to={to}>{name}</Link>}
      </span>
      {clinical && (
        <span className="entry-clinical" dir="auto">
          {clinical}
        </span>
      )}
      {main && (
        <span className="entry-main" dir="auto">
          {main}
        </span>
      )}
      {known.length > 0 && <span className="entry-facts">{known.join(' · ')}</span>}
      {children}
    </li>
  )
}
