import { Alert, SimpleGrid, Stack, Text } from '@mantine/core'
import { IconHourglass } from '@tabler/icons-react'
import { Navigate } from 'react-router'
import type { OwnAssociation } from '#server/portal-api/answers.ts'
import { useMe } from '../../api/me.ts'
import { PageHeading } from '../../components/page-heading.tsx'
import { WaysToStart } from '../../components/ways-to-start.tsx'
import { useWords } from '../../language/use-words.ts'
import { PersonCard } from './person-card.tsx'
import type { PersonInCare } from './person-in-care.ts'
import { PracticeCard } from './practice-card.tsx'

/** `/`: the records that are the person's to see, and the practices that they work in. */
export function Home() {
  const { account, associations, waitingInvitations } = useMe()
  const words = useWords('home')
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
  const [first] = people
  if (first && people.length === 1 && practices.length === 0 && waitingInvitations.length === 0)
    return <Navigate to={`/people/${first.patient.id}/overview`} replace />
  return (
    <Stack gap="xl">
      <PageHeading title={words(titleFor(people))} />
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
            <PersonCard key={person.patient.id} {...person} />
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
  for (const { patient, practice, role, relationship, isOwn } of associations) {
    if (!patient || (role !== 'patient' && role !== 'proxy')) continue
    const known = people.get(patient.id)
    if (known) {
      known.practices.push(practice.name)
      known.isSelf ||= isOwn
    } else
      people.set(patient.id, {
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

function titleFor(people: readonly PersonInCare[]) {
  if (people.length === 0) return 'practices'
  return people.length === 1 && people[0]?.isSelf ? 'ownRecord' : 'family'
}
