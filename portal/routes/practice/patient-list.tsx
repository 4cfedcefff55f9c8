import { Button, Text, Title } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import type { Association, PatientSummary } from '#server/portal-api/answers.ts'
import { usePatients } from '../../api/practice-desk.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { ShowMore } from '../../components/show-more.tsx'
import { ageOf, formatRecordDate } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import { OpenAppButton } from './open-app-button.tsx'

interface PatientListProps {
  /** Of the provider or staff member with the practice. */
  association: Association
  onInvite(patient: PatientSummary): void
}

export function PatientList({ association, onInvite }: PatientListProps) {
  const list = usePatients(association.practice.id)
  const { data, error, isPending, refetch } = list
  const patients = data?.pages.flatMap((page) => page.patients) ?? []
  const count = data?.pages.at(-1)?.count ?? 0
  return (
    <section className="card" aria-labelledby="patients">
      <Title order={2} size="h4" id="patients" mb="md">
        Patients
      </Title>
      {isPending && <LoadingLines lines={6} />}
      {error && !data && (
        <FailureNotice error={error} title="The patients could not be loaded" retry={() => void refetch()} />
      )}
      {data && patients.length === 0 && (
        <Text c="dimmed">
          No patients yet. Whoever runs this server imports the records of your practice; then the patients
          are listed here and you can invite them.
        </Text>
      )}
      {patients.length > 0 && (
        <>
          <ul className="rows" aria-labelledby="patients">
            {patients.map((patient) => (
              <PatientRow
                key={patient.id}
                association={association}
                patient={patient}
                onInvite={() => onInvite(patient)}
              />
            ))}
          </ul>
          <ShowMore list={list} failure="More patients could not be loaded">
            <Text size="sm" c="dimmed" role="status">
              {patients.length} of {count}
            </Text>
          </ShowMore>
        </>
      )}
    </section>
  )
}

interface PatientRowProps {
  association: Association
  patient: PatientSummary
  onInvite(): void
}

function PatientRow({ association, patient, onInvite }: PatientRowProps) {
  const words = useWords('person')
  const { name, birthDate, gender } = patient
  const age = birthDate === null ? undefined : ageOf(birthDate)
  const details = [
    birthDate && `born ${formatRecordDate(birthDate)}`,
    age && ('years' in age ? words('age', age) : words('ageInMonths', age)),
    gender,
  ]
  return (
    <li>
      <div className="row-text">
        <Text fw={550}>{name}</Text>
        <Text size="sm" c="dimmed">
          {details.filter(Boolean).join(' · ')}
        </Text>
      </div>
      <div className="row-actions">
        <OpenAppButton association={association} patient={patient} />
        <Button
          variant="default"
          size="sm"
          className="touch"
          onClick={onInvite}
          leftSection={<IconUserPlus size={18} aria-hidden />}
          aria-label={`Invite for ${name}`}
        >
          Invite
        </Button>
      </div>
    </li>
  )
}
