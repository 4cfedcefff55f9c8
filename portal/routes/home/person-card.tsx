import { Badge, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import { usePersonPage } from '../../api/person-pages.ts'
import { ageOf, formatRecordDate } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import type { PersonInCare } from './person-in-care.ts'

/** One person of a family: who it is, what is due, and the way to the record. */
export function PersonCard({ patient, practices, isSelf, isCaredFor, relationship }: PersonInCare) {
  const words = useWords('home')
  const person = useWords('person')
  const age = patient.birthDate ? ageOf(patient.birthDate) : undefined
  const facts = [
    age && ('years' in age ? person('age', age) : person('ageInMonths', age)),
    patient.birthDate ? person('born', { date: formatRecordDate(patient.birthDate) }) : person('noBirthDate'),
    ...practices,
  ]
  return (
    <section className="card" aria-labelledby={`person-${patient.id}`}>
      <Title order={2} size="h3" id={`person-${patient.id}`} dir="auto">
        <Link to={`/people/${patient.id}/overview`}>{patient.name || person('nameUnknown')}</Link>
      </Title>
      <Text size="sm" c="dimmed">
        {facts.filter(Boolean).join(' · ')}
      </Text>
      {isSelf && (
        <Badge variant="light" color="green" tt="none" mt={4}>
          {person('own')}
        </Badge>
      )}
      {isCaredFor && (
        <Badge variant="light" tt="none" mt={4}>
          {relationship ? words('youAre', { relationship }) : words('inYourCare')}
        </Badge>
      )}
      <Due patientId={patient.id} />
    </section>
  )
}

/** One line of the same height, on its way or here: nothing moves. */
function Due({ patientId }: { patientId: string }) {
  const words = useWords('home')
  const { data, error } = usePersonPage(patientId, 'immunizations')
  const due = data?.due
  const isLate = due?.some(({ state }) => state === 'late')
  return (
    <Text mt="md" aria-busy={data === undefined && !error}>
      {due && due.length > 0 ? (
        <Link to={`/people/${patientId}/immunizations`}>
          {words(isLate ? 'late' : 'due', { count: due.length })}
        </Link>
      ) : (
        (due && words('nothingDue')) || '\u00a0'
      )}
    </Text>
  )
}
