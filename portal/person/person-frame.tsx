import { Text } from '@mantine/core'
import { Suspense } from 'react'
import { NavLink, Outlet, useLocation, useNavigate } from 'react-router'
import type { Me } from '#server/portal-api/answers.ts'
import { useMe } from '../api/me.ts'
import { usePersonPage } from '../api/person-pages.ts'
import { LoadingLines } from '../components/loading-lines.tsx'
import { ageOf, formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { personRoutes } from './person-routes.ts'
import { SearchField } from './search-field.tsx'
import { usePatientId } from './use-patient-id.ts'
import './person.css'

const paths: readonly string[] = personRoutes.map(({ path }) => path)

/** What stands round every page of a record: whose it is, and the way to its other pages and to other people. */
export function PersonFrame() {
  const patientId = usePatientId()
  const words = useWords('person')
  const pages = useWords('pages')
  return (
    <div className="person">
      <div className="person-head">
        <PersonHeader patientId={patientId} />
        <SearchField key={patientId} patientId={patientId} />
        <PersonSwitcher patientId={patientId} />
      </div>
      <nav className="person-pages" aria-label={words('pages')}>
        <ul>
          {/* words: pages.* */}
          {personRoutes.map(({ path }) => (
            <li key={path}>
              <NavLink to={`/people/${patientId}/${path}`}>{pages(path)}</NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className="person-page">
        {/* Another person is another page: nothing of the one before may stay. */}
        <Suspense key={patientId} fallback={<LoadingLines lines={5} height={64} />}>
          <Outlet key={patientId} context={paths} />
        </Suspense>
      </div>
    </div>
  )
}

function PersonHeader({ patientId }: { patientId: string }) {
  const words = useWords('person')
  const { data } = usePersonPage(patientId, 'header')
  const isOwn = useMe().associations.some(({ patient, isOwn }) => isOwn && patient?.id === patientId)
  const age = data?.birthDate === undefined ? undefined : ageOf(data.birthDate)
  const facts =
    data &&
    [
      age && ('years' in age ? words('age', age) : words('ageInMonths', age)),
      data.birthDate ? words('born', { date: formatRecordDate(data.birthDate) }) : words('noBirthDate'),
      isOwn && words('own'),
    ].filter(Boolean)
  return (
    <div className="person-header" aria-busy={data === undefined}>
      <span className="person-initials" aria-hidden>
        {initialsOf(data?.name ?? '')}
      </span>
      <div className="person-who">
        <Text className="person-name" dir="auto">
          {data?.name ?? '\u00a0'}
        </Text>
        <Text size="sm" c="dimmed">
          {facts?.join(' · ') ?? '\u00a0'}
        </Text>
      </div>
    </div>
  )
}

/** Nothing for somebody who sees one record alone. The page stays the same, the person changes. */
function PersonSwitcher({ patientId }: { patientId: string }) {
  const words = useWords('person')
  const people = peopleOf(useMe())
  const navigate = useNavigate()
  const { pathname } = useLocation()
  if (people.length < 2 || !people.some(({ id }) => id === patientId)) return null
  return (
    <select
      className="person-switcher"
      aria-label={words('switchPerson')}
      value={patientId}
      onChange={({ currentTarget }) =>
        void navigate(pathname.replace(/^\/people\/[^/]+/, `/people/${currentTarget.value}`))
      }
    >
      {people.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  )
}

/** Whose records somebody sees as the person or a proxy; the own one first. */
export function peopleOf({ associations }: Me): Array<{ id: string; name: string }> {
  const own = associations.filter(({ role }) => role === 'patient' || role === 'proxy')
  const sorted = own.toSorted((one, other) => Number(other.isOwn) - Number(one.isOwn))
  const people = sorted.flatMap(({ patient }) => (patient ? [[patient.id, patient] as const] : []))
  return [...new Map(people).values()]
}

function initialsOf(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean)
  return [parts[0], parts.length > 1 ? parts.at(-1) : undefined]
    .map((part) => [...(part ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase()
}
