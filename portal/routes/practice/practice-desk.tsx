import '../../mantine-controls.css'
import { Badge, Group, Stack, Tabs, Text } from '@mantine/core'
import { useState } from 'react'
import { Navigate, useParams, useSearchParams } from 'react-router'
import type { PatientSummary } from '#server/portal-api/answers.ts'
import { useMe } from '../../api/me.ts'
import { PageHeading } from '../../components/page-heading.tsx'
import { NotFoundScreen } from '../not-found-screen.tsx'
import { BackendServices } from './backend-services.tsx'
import { InvitationDialog } from './invitation-dialog.tsx'
import { InvitationList } from './invitation-list.tsx'
import { PatientList } from './patient-list.tsx'
import { PeopleList } from './people-list.tsx'
import { PracticeBrandPanel } from './practice-brand.tsx'
import { SecondStepSwitch } from './second-step-switch.tsx'

/** `/practice/:practiceId`: the patients of a practice, and who may see their records. */
export function PracticeDesk() {
  const { practiceId = '' } = useParams()
  const { associations } = useMe()
  const [query, setQuery] = useSearchParams()
  const [invited, setInvited] = useState<PatientSummary>()
  const own = associations.find(
    ({ practice, role }) => practice.id === practiceId && (role === 'provider' || role === 'staff'),
  )
  if (!own) return <NotFoundScreen />
  if (own.needsSecondStep)
    return <Navigate to={`/account/settings/security?next=/practice/${practiceId}`} replace />
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
      <Tabs
        value={query.get('tab') ?? 'people'}
        onChange={(tab) => setQuery(tab && tab !== 'people' ? { tab } : {}, { replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="people">Patients and people</Tabs.Tab>
          <Tabs.Tab value="services">Backend services</Tabs.Tab>
          <Tabs.Tab value="brand">How apps find you</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="people">
          <div className="desk">
            <PatientList association={own} onInvite={setInvited} />
            <Stack gap="lg">
              <InvitationList practiceId={practice.id} />
              <PeopleList practice={practice} mayDecide={own.role === 'provider'} />
              {own.role === 'provider' && <SecondStepSwitch practice={practice} />}
            </Stack>
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="services">
          <BackendServices practice={practice} mayDecide={own.role === 'provider'} />
        </Tabs.Panel>
        <Tabs.Panel value="brand">
          <PracticeBrandPanel practice={practice} mayDecide={own.role === 'provider'} />
        </Tabs.Panel>
      </Tabs>
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
