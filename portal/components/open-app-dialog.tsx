import { Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Encounter, LaunchableApplication, PatientSummary } from '#server/portal-api/answers.ts'
import { useLaunch, useLaunchChoices } from '../api/launches.ts'
import { formatRecordDate } from '../language/format.ts'
import { Dialog } from './dialog.tsx'
import { FailureNotice } from './failure-notice.tsx'
import { LoadingLines } from './loading-lines.tsx'
import { ShowMore } from './show-more.tsx'

interface OpenAppDialogProps {
  associationId: string
  patient: PatientSummary
  /** Shown when there is no application to open. */
  empty: ReactNode
  /** A developer tries things out with made-up patients. */
  isSandbox?: boolean
  onClose(): void
}

/** Opens an application for one patient, and for one visit when that is chosen. */
export function OpenAppDialog({ associationId, patient, empty, isSandbox, onClose }: OpenAppDialogProps) {
  const list = useLaunchChoices(associationId, patient.id)
  const { data, error, isPending, refetch } = list
  const applications = data?.pages.flatMap((page) => page.applications) ?? []
  const { encounters = [], hasMoreEncounters = false } = data?.pages[0] ?? {}
  const launch = useLaunch()
  const [encounterId, setEncounterId] = useState('')
  const [intent, setIntent] = useState('')
  function open(applicationId: string) {
    launch.mutate(
      {
        associationId,
        patientId: patient.id,
        applicationId,
        encounterId: encounterId || null,
        intent: intent || null,
      },
      { onSuccess: onClose },
    )
  }
  return (
    <Dialog onClose={onClose} title={`Open an app for ${patient.name}`}>
      {isPending && <LoadingLines lines={3} />}
      {error && !data && (
        <FailureNotice error={error} title="The apps could not be loaded" retry={() => void refetch()} />
      )}
      {data && applications.length === 0 && <Text>{empty}</Text>}
      {applications.length > 0 && (
        <Stack gap="md">
          {encounters.length > 0 && (
            <EncounterChoice
              encounters={encounters}
              hasMore={hasMoreEncounters}
              value={encounterId}
              onChange={setEncounterId}
            />
          )}
          {isSandbox && (
            <TextInput
              label="Intent (for testing)"
              description="Your application gets this word as intent."
              name="intent"
              autoComplete="off"
              autoCapitalize="off"
              value={intent}
              onChange={(event) => setIntent(event.currentTarget.value)}
            />
          )}
          <ApplicationRows
            applications={applications}
            isOpening={launch.isPending}
            onOpen={open}
            patient={patient}
          />
          <ShowMore list={list} failure="More apps could not be loaded" />
          <Text size="sm" c="dimmed">
            The app opens in a new tab and asks you what it may read.
          </Text>
        </Stack>
      )}
      {launch.error && <FailureNotice error={launch.error} title="The app was not opened" />}
    </Dialog>
  )
}

interface EncounterChoiceProps {
  encounters: readonly Encounter[]
  /** Whether the patient has more visits than these. */
  hasMore: boolean
  value: string
  onChange(id: string): void
}

function EncounterChoice({ encounters, hasMore, value, onChange }: EncounterChoiceProps) {
  return (
    <NativeSelect
      label="Visit"
      description={`The app starts there, if it works with visits.${hasMore ? ` These are the newest ${encounters.length}.` : ''}`}
      name="encounter"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: 'No particular visit' },
        ...encounters.map(({ id, title, start }) => ({
          value: id,
          label: start === null ? title : `${formatRecordDate(start)}: ${title}`,
        })),
      ]}
    />
  )
}

interface ApplicationRowsProps {
  applications: readonly LaunchableApplication[]
  patient: PatientSummary
  isOpening: boolean
  onOpen(applicationId: string): void
}

function ApplicationRows({ applications, patient, isOpening, onOpen }: ApplicationRowsProps) {
  return (
    <ul className="rows" aria-label="Apps">
      {applications.map(({ id, name, owner }) => (
        <li key={id}>
          <div className="row-text">
            <Text fw={550}>{name}</Text>
            <Text size="sm" c="dimmed">
              by {owner}
            </Text>
          </div>
          <Button
            size="sm"
            className="touch"
            onClick={() => onOpen(id)}
            disabled={isOpening}
            leftSection={<IconExternalLink size={18} aria-hidden />}
            aria-label={`Open ${name} for ${patient.name} in a new tab`}
          >
            Open
          </Button>
        </li>
      ))}
    </ul>
  )
}
