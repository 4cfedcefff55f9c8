import { Badge, Button, Group, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { PersonWithAccess, Practice } from '#server/portal-api/answers.ts'
import { useEndAssociation, usePeople } from '../../api/practice-desk.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { notify } from '../../components/notify.tsx'
import { ShowMore } from '../../components/show-more.tsx'
import { formatDay } from '../../language/format.ts'
import { ChangeRelation } from './change-relation.tsx'
import { ClearFactors } from './clear-factors.tsx'
import { roleWords } from './role-words.ts'

interface PeopleListProps {
  practice: Practice
  /** Providers decide about providers, and about lost second steps. */
  mayDecide: boolean
}

/** Who sees records of the practice. */
export function PeopleList({ practice, mayDecide }: PeopleListProps) {
  const list = usePeople(practice.id)
  const { data, error, isPending, refetch, hasNextPage } = list
  const people = data?.pages.flatMap((page) => page.people) ?? []
  const isAlone = data !== undefined && !hasNextPage && people.every(({ isSelf }) => isSelf)
  return (
    <section className="card" aria-labelledby="people">
      <Title order={2} size="h4" id="people" mb="md">
        People with access
      </Title>
      {isPending && <LoadingLines lines={3} />}
      {error && !data && (
        <FailureNotice error={error} title="The people could not be loaded" retry={() => void refetch()} />
      )}
      {data && (
        <>
          <ul className="rows" aria-labelledby="people">
            {people.map((person) => (
              <PersonRow
                key={person.associationId}
                practice={practice}
                person={person}
                mayDecide={mayDecide}
              />
            ))}
          </ul>
          <ShowMore list={list} failure="More people could not be loaded" />
        </>
      )}
      {isAlone && (
        <Text c="dimmed" size="sm" mt="md">
          Nobody but you. Patients and families appear here once they accepted an invitation.
        </Text>
      )}
    </section>
  )
}

function PersonRow({ practice, person, mayDecide }: PeopleListProps & { person: PersonWithAccess }) {
  const end = useEndAssociation(practice.id)
  const [asks, setAsks] = useState(false)
  const { displayName, email, createdAt, isSelf, role } = person
  // The server refuses both: a practice without a provider could not be opened any more.
  const isOwnDesk = isSelf && (role === 'provider' || role === 'staff')
  const isAbove = role === 'provider' && !mayDecide
  function confirm() {
    // Said when it is done, though the row is gone by then.
    end.mutateAsync(person.associationId).then(
      () => notify({ message: `The access of ${displayName} has ended.` }),
      () => undefined,
    )
  }
  return (
    <li>
      <div className="row-text">
        <Group gap="xs">
          <Text fw={550}>{displayName}</Text>
          {isSelf && (
            <Badge variant="light" color="green" tt="none">
              You
            </Badge>
          )}
        </Group>
        <Text size="sm">{roleWords(person)}</Text>
        <Text size="sm" c="dimmed">
          {email} · since {formatDay(createdAt)}
        </Text>
      </div>
      <div className="row-actions">
        {person.hasSecondStep && !isSelf && mayDecide && (
          <ClearFactors practiceId={practice.id} person={person} />
        )}
        {role === 'patient' && practice.kind === 'practice' && (
          <ChangeRelation practiceId={practice.id} person={person} />
        )}
        {!isOwnDesk && !isAbove && (
          <Button
            color="red"
            variant="outline"
            size="sm"
            className="touch"
            onClick={() => setAsks(true)}
            aria-label={`End access of ${displayName}: ${roleWords(person)}`}
          >
            End access
          </Button>
        )}
      </div>
      <ConfirmDialog
        isOpen={asks}
        title={`End the access of ${displayName}?`}
        action="End access"
        isPending={end.isPending}
        error={end.error}
        onConfirm={confirm}
        onClose={() => setAsks(false)}
      >
        {displayName} and every app connected by them stop seeing these records of {practice.name} within a
        second. You can invite them again.
      </ConfirmDialog>
    </li>
  )
}
