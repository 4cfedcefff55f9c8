import { Text, Title } from '@mantine/core'
import type { ClinicalBlock, ClinicalDocument, ClinicalRow, ClinicalSection } from '#server/views/views.ts'
import { formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'

/** A clinical document (C-CDA) as a page: the words that its author wrote for people. */
export function ClinicalReading({ document }: { document: ClinicalDocument }) {
  const words = useWords('documents')
  const { title, person, author, date, sections } = document
  const facts = [
    person !== undefined && words('person', { name: person }),
    author !== undefined && words('by', { list: author }),
    date !== undefined && formatRecordDate(date),
  ].filter(Boolean)
  return (
    <article className="card clinical" dir="auto">
      {title !== undefined && (
        <Title order={2} size="h3">
          {title}
        </Title>
      )}
      {facts.length > 0 && (
        <Text size="sm" c="dimmed">
          {facts.join(' · ')}
        </Text>
      )}
      {sections.length === 0 ? (
        <Text mt="sm">{words('noSections')}</Text>
      ) : (
        sections.map((section, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change
          <Section key={index} section={section} level={3} />
        ))
      )}
    </article>
  )
}

function Section({ section, level }: { section: ClinicalSection; level: 3 | 4 | 5 | 6 }) {
  const words = useWords('documents')
  const { title, blocks, sections } = section
  const deeper = level < 6 ? ((level + 1) as 4 | 5 | 6) : 6
  return (
    <section className="clinical-section">
      {title !== undefined && (
        <Title order={level} size="h4">
          {title}
        </Title>
      )}
      {blocks.length === 0 && sections.length === 0 ? (
        <Text c="dimmed">{words('emptySection')}</Text>
      ) : (
        <Blocks blocks={blocks} />
      )}
      {sections.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change
        <Section key={index} section={each} level={deeper} />
      ))}
    </section>
  )
}

function Blocks({ blocks }: { blocks: readonly ClinicalBlock[] }) {
  return blocks.map((block, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change
    <Block key={index} block={block} />
  ))
}

function Block({ block }: { block: ClinicalBlock }) {
  const words = useWords('documents')
  switch (block.kind) {
    case 'heading':
      return <p className="clinical-caption">{block.text}</p>
    case 'paragraph':
      return <p className="clinical-paragraph">{block.text}</p>
    case 'list': {
      const List = block.isOrdered ? 'ol' : 'ul'
      return (
        <>
          {block.caption !== undefined && <p className="clinical-caption">{block.caption}</p>}
          <List>
            {block.items.map((item, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change
              <li key={index}>
                <Blocks blocks={item} />
              </li>
            ))}
          </List>
        </>
      )
    }
    case 'table':
      return (
        // A wide table scrolls by itself, also by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached
        <section className="clinical-table" tabIndex={0} aria-label={block.caption ?? words('table')}>
          <table>
            {block.caption !== undefined && <caption>{block.caption}</caption>}
            {block.head.length > 0 && (
              <thead>
                <Rows rows={block.head} />
              </thead>
            )}
            <tbody>
              <Rows rows={block.rows} />
            </tbody>
          </table>
        </section>
      )
    default:
      return block satisfies never
  }
}

function Rows({ rows }: { rows: readonly ClinicalRow[] }) {
  return rows.map((row, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change
    <tr key={index}>
      {row.map(({ text, isHeading, columns, rows: down }, column) => {
        const Cell = isHeading ? 'th' : 'td'
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a document does not change
          <Cell key={column} colSpan={columns} rowSpan={down}>
            {text}
          </Cell>
        )
      })}
    </tr>
  ))
}
