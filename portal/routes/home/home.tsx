import { Alert, SimpleGrid, Stack, Text } from '@mantine/core'
import { IconHourglass } from '@tabler/icons-react'
import type { OwnAssociation } from '#server/portal-api/answers.ts'
import { useMe } from '../../api/me.ts'
import { PageHeading } from '../../components/page-heading.tsx'
import { WaysToStart } from '../../components/ways-to-start.tsx'
import { PersonCard } from './person-card.tsx'
import type { PersonInCare } from './person-in-care.ts'
import { PracticeCard } from './practice-card.tsx'

/** `/`: the records that are the person's to see, and the practices that they work in. */
export function Home() {
  const { account, associations } = useMe()
  const people = findPeople(associations)
  const practices = findDesks(associations)
  if (associations.length === 0)
    return (
      <Stack gap="lg">
        <PageHeading title={`Welcome, ${account.displayName}`} />
        <WaitingInvitations />
        <Text>
          Your account is not connected with a practice yet, so there is nothing to show. This is how to
          change that.
        </Text>
        <WaysToStart />
      </Stack>
    )
  return (
    <Stack gap="xl">
      <PageHeading title={people.length > 0 ? titleFor(people) : 'Your practices'} />
      <WaitingInvitations />
      {practices.length > 0 && (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="lg">
          {practices.map((practice) => (
            <PracticeCard key={practice.id} practice={practice} />
          ))}
        </SimpleGrid>
      )}
      {people.length > 0 && (
        <SimpleGrid cols={{ base: 1, md: people.length > 1 ? 2 : 1 }} spacing="lg" className="people">
          {people.map((person) => (
            <PersonCard key={person.patient.id} {...person} isFamily={people.length > 1} />
          ))}
        </SimpleGrid>
      )}
    </Stack>
  )
}

/** Invitations that the person accepted with an account of another address than the invited one. */
function WaitingInvitations() {
  const { waitingInvitations, hasMoreWaitingInvitations } = useMe()
  if (waitingInvitations.length === 0) return null
  const names = waitingInvitations.map(({ practice }) => practice)
  if (hasMoreWaitingInvitations) names.push('others')
  return (
    <Alert title="Waiting for the practice" icon={<IconHourglass aria-hidden />}>
      <Text size="sm" c="var(--text)">
        You have accepted the invitation of {names.join(', ')} with another e-mail address than the one that
        was invited. The record opens here as soon as the practice has confirmed that this account is yours.
      </Text>
    </Alert>
  )
}

/** One person may be a patient of several practices; they stay one person. */
function findPeople(associations: readonly OwnAssociation[]): PersonInCare[] {
  const people = new Map<string, PersonInCare>()
  for (const { id, patient, practice, role, relationship, isOwn } of associations) {
    if (!patient || (role !== 'patient' && role !== 'proxy')) continue
    const known = people.get(patient.id)
    if (known) {
      known.practices.push(practice.name)
      known.isSelf ||= isOwn
    } else
      people.set(patient.id, {
        associationId: id,
        patient,
        practices: [practice.name],
        isSelf: isOwn,
        relationship: role === 'patient' ? '' : relationship,
        isCaredFor: role === 'proxy',
      })
  }
  return [...people.values()]
}

function findDesks(associations: readonly OwnAssociation[]) {
  const desks = associations.filter(({ role }) => role === 'provider' || role === 'staff')
  return [...new Map(desks.map(({ practice }) => [practice.id, practice])).values()]
}

function titleFor(people: readonly PersonInCare[]): string {
  const isFamily = people.length > 1 || !people[0]?.isSelf
  return isFamily ? 'Health records of your family' : 'Your health record'
}
