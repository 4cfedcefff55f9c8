import { Text, Title } from '@mantine/core'
import type { AllergyLine, PersonViews } from '#server/views/views.ts'
import { formatList, formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { EntryList } from './entry-list.tsx'
import { Entry } from './entry-section.tsx'

/** As many as stand on top of the overview; the rest is behind "all allergies". */
const few = 4

/** What is dangerous first; that there is none is a sentence, and that nothing is known another one. */
export function Allergies({ allergies }: { allergies: PersonViews['overview']['allergies'] }) {
  const words = useWords('overview')
  const allergyWords = useWords('allergies')
  const { active, past, none, isUnknown } = allergies
  return (
    <section className="card allergies" aria-label={words('allergies')}>
      <Title order={2} size="h4">
        {words('allergies')}
      </Title>
      {isUnknown && <Text mt="sm">{allergyWords('unknown')}</Text>}
      {none.map((sentence) => (
        <Text key={sentence} mt="sm">
          {sentence}
        </Text>
      ))}
      {active.length > 0 && (
        <ul className="entries">
          {active.slice(0, few).map((each) => (
            <Allergy key={each.id} allergy={each} />
          ))}
        </ul>
      )}
      {(active.length > few || past.length > 0) && (
        <details className="entry-earlier">
          <summary>{words('allAllergies')}</summary>
          <EntryList lines={active}>{(each) => <Allergy key={each.id} allergy={each} />}</EntryList>
          {past.length > 0 && (
            <>
              <Title order={3} size="h5">
                {allergyWords('past')}
              </Title>
              <EntryList lines={past}>{(each) => <Allergy key={each.id} allergy={each} />}</EntryList>
            </>
          )}
        </details>
      )}
    </section>
  )
}

function Allergy({ allergy }: { allergy: AllergyLine }) {
  const words = useWords('allergies')
  const shared = useWords('shared')
  const { name, clinical, isDangerous, reactions, kind, since, status, notes } = allergy
  return (
    <Entry
      name={name}
      clinical={clinical}
      main={reactions.length > 0 ? words('reactions', { list: formatList(reactions) }) : undefined}
      facts={[
        status,
        kind,
        since !== undefined && shared('since', { date: formatRecordDate(since) }),
        ...notes,
      ]}
    >
      {isDangerous && (
        <span className="dose" data-state="late">
          <span className="dose-sign" aria-hidden>
            !
          </span>
          <span>{words('dangerous')}</span>
        </span>
      )}
    </Entry>
  )
}
