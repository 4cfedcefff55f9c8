import { Button, Group, Text } from '@mantine/core'
import { Link } from 'react-router'
import { useMe } from '../api/me.ts'
import { usePersonPage } from '../api/person-pages.ts'
import { formatList, formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { PersonPageContent } from './page-states.tsx'
import { usePatientId } from './use-patient-id.ts'
import './immunizations.css'

/** What a school or a border asks for: one sheet in black and white. */
export function ImmunizationCertificate() {
  const words = useWords('certificate')
  const shared = useWords('shared')
  const patientId = usePatientId()
  const page = usePersonPage(patientId, 'immunizations')
  const practices = useMe().associations.flatMap(({ patient, practice }) =>
    patient?.id === patientId ? [practice.name] : [],
  )
  return (
    <div className="certificate card">
      <PersonPageContent title={words('title')} page={page}>
        {({ name, birthDate, doses }) => (
          <>
            <dl className="certificate-who">
              <div>
                <dt>{words('name')}</dt>
                <dd dir="auto">{name}</dd>
              </div>
              <div>
                <dt>{words('born')}</dt>
                <dd>{birthDate === undefined ? shared('dateUnknown') : formatRecordDate(birthDate)}</dd>
              </div>
            </dl>
            {doses.length === 0 ? (
              <Text>{words('none')}</Text>
            ) : (
              <table className="certificate-doses">
                <thead>
                  <tr>
                    <th scope="col">{words('date')}</th>
                    <th scope="col">{words('vaccine')}</th>
                    <th scope="col">{words('lot')}</th>
                    <th scope="col">{words('givenBy')}</th>
                    <th scope="col">{words('practice')}</th>
                  </tr>
                </thead>
                <tbody>
                  {doses.toReversed().map(({ id, date, when, name: vaccine, lot, performer, place }) => (
                    <tr key={id}>
                      <td>{date === undefined ? (when ?? shared('dateUnknown')) : formatRecordDate(date)}</td>
                      <td dir="auto">{vaccine}</td>
                      <td dir="auto">{lot ?? '–'}</td>
                      <td dir="auto">{performer ?? '–'}</td>
                      <td dir="auto">{place ?? '–'}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            <div className="certificate-foot">
              <p>
                {words('printed', {
                  date: formatRecordDate(new Date().toISOString()),
                  practice: formatList([...new Set(practices)]),
                })}{' '}
                {words('honest')}
              </p>
              <p className="certificate-signature">{words('signature')}</p>
            </div>
            <Group className="no-print">
              <Button variant="default" component={Link} to={`/people/${patientId}/immunizations`}>
                {words('back')}
              </Button>
            </Group>
          </>
        )}
      </PersonPageContent>
    </div>
  )
}
