import { Badge, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'
import { type PatientSummary, useMe } from '../../api/me.ts'
import { PageHeading } from '../../components/page-heading.tsx'
import { NotFoundScreen } from '../not-found-screen.tsx'
import { InvitationDialog } from './invitation-dialog.tsx'
import { InvitationList } from './invitation-list.tsx'
import { PatientList } from './patient-list.tsx'
import { PeopleList } from './people-list.tsx'

/** `/practice/:practiceId`: the patients of a practice, and who may see their records. */
export function PracticeDesk() {
  const { practiceId = '' } = useParams()
  const { associations } = useMe()
  const [invited, setInvited] = useState<PatientSummary>()
  const own = associations.find(
    ({ practice, role }) => practice.id === practiceId && (role === 'provider' || role === 'staff'),
  )
  if (!own) return <NotFoundScreen />
  const { practice } = own
  return (
    <Stack gap="lg">
      <div>
        <Group gap="sm">
          <PageHeading title={practice.name} />
          {practice.kind === 'sandbox' && (
            <Badge variant="light" color="blue" tt="none">
              Sandbox with made-up patients
            </Badge>
          )}
        </Group>
        <Text c="dimmed" mt="xs">
          Invite patients and their families, and see who may read which record.
        </Text>
      </div>
      <div className="desk">
        <PatientList association={own} onInvite={setInvited} />
        <Stack gap="lg">
          <InvitationList practiceId={practice.id} />
          <PeopleList practice={practice} />
        </Stack>
      </div>
      {invited && (
        <InvitationDialog
          key={invited.id}
          practiceId={practice.id}
          patient={invited}
          onClose={() => setInvited(undefined)}
        />
      )}
    </Stack>
  )
}
