import { Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import type { ResultLine, ResultPanel, ResultPart } from '#server/views/views.ts'
import { formatAgo, formatRecordDate } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import { addressOfTest } from './find-test.tsx'
import { LevelWords, RangeBar } from './range-bar.tsx'

/** A panel with its results, a report, or the single results of a day. */
export function Panel({ panel }: { panel: ResultPanel }) {
  const words = useWords('results')
  const shared = useWords('shared')
  const { name = words('single'), clinical, date, performer, status, results, conclusion, missing } = panel
  const day = date === undefined ? shared('dateUnknown') : formatRecordDate(date)
  const facts = [day, date !== undefined && formatAgo(date), performer].filter(Boolean).join(' · ')
  const numbers = results.flatMap((line) => [line, ...line.parts]).filter(hasNumber)
  const lacksAllRanges = numbers.length > 1 && numbers.every(({ lacksRange }) => lacksRange)
  return (
    <section className="card panel" aria-label={`${name}, ${day}`}>
      <Title order={2} size="h4" dir="auto">
        {name}
      </Title>
      {clinical && (
        <Text className="entry-clinical" dir="auto">
          {clinical}
        </Text>
      )}
      <Text className="entry-facts">{facts}</Text>
      {status && <span className="state-mark">{status}</span>}
      {conclusion && (
        <div className="panel-conclusion">
          <span className="entry-facts">{words('conclusion')}</span>
          <p dir="auto">{conclusion}</p>
        </div>
      )}
      <Text size="sm" className="panel-remark">
        {[
          panel.document !== undefined && words(results.length === 0 ? 'isDocument' : 'hasDocument'),
          panel.document === undefined && results.length === 0 && missing === 0 && words('noResults'),
          missing > 0 && words('missing', { count: missing }),
          lacksAllRanges && words('noRanges'),
        ]
          .filter(Boolean)
          .join(' ')}
      </Text>
      {results.length > 0 && (
        <ul className="entries">
          {results.map((line) => (
            <Result key={line.id} line={line} sayNoRange={!lacksAllRanges} panelName={panel.name} />
          ))}
        </ul>
      )}
    </section>
  )
}

function hasNumber({ lacksRange, range }: ResultPart): boolean {
  return lacksRange || range !== undefined
}

interface ResultProps {
  line: ResultLine
  sayNoRange: boolean
  panelName: string | undefined
}

function Result({ line, sayNoRange, panelName }: ResultProps) {
  const { status, notes, parts, value, absent } = line
  return (
    <li className="entry result">
      <ResultName part={line} isNamed={line.name !== panelName} />
      {(value !== undefined || absent !== undefined) && <ResultValue part={line} sayNoRange={sayNoRange} />}
      {status && <span className="state-mark">{status}</span>}
      {parts.length > 0 && (
        <ul className="result-parts">
          {parts.map((part, index) => (
            // The parts of a result have no identity but their place.
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes its order
            <li key={index} className="result">
              <ResultName part={part} isNamed />
              <ResultValue part={part} sayNoRange={sayNoRange} />
            </li>
          ))}
        </ul>
      )}
      {notes.map((note) => (
        <span key={note} className="entry-note" dir="auto">
          {note}
        </span>
      ))}
    </li>
  )
}

/** The name leads to all values of the test. A result that is named like its panel says its clinical name there. */
function ResultName({ part: { test, name, clinical }, isNamed }: { part: ResultPart; isNamed: boolean }) {
  const words = useWords('results')
  return (
    <span className="result-name">
      {test === undefined ? (
        <span className="entry-name" dir="auto">
          {name}
        </span>
      ) : (
        <Link className="entry-name" dir="auto" to={addressOfTest(test)}>
          {isNamed ? name : words('seeChart', { name })}
        </Link>
      )}
      {clinical && isNamed && (
        <span className="entry-clinical" dir="auto">
          {clinical}
        </span>
      )}
    </span>
  )
}

function ResultValue({ part, sayNoRange }: { part: ResultPart; sayNoRange: boolean }) {
  const words = useWords('results')
  const shared = useWords('shared')
  const { value, absent, level, range, lacksRange, change } = part
  const changeDate = change?.date === undefined ? shared('dateUnknown') : formatRecordDate(change.date)
  const facts = [
    range && words('range', { range: range.text }),
    lacksRange && sayNoRange && words('noRange'),
    // words: results.change.*
    change && words(`change.${change.kind}`, { before: change.before, date: changeDate }),
  ].filter(Boolean)
  return (
    <>
      <span className="result-value">
        {value === undefined ? (
          <span className="entry-facts">{absent}</span>
        ) : (
          <strong dir="auto">{value}</strong>
        )}
        {level && <LevelWords level={level} />}
      </span>
      {range?.bar && <RangeBar bar={range.bar} isOutside={level !== undefined && level.sign !== 'none'} />}
      {facts.length > 0 && (
        <span className="entry-facts result-facts" dir="auto">
          {facts.join(' · ')}
        </span>
      )}
    </>
  )
}
