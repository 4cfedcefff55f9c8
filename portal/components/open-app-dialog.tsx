import { Button, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { type Encounter, type LaunchableApplication, useLaunch, useLaunchChoices } from '../api/launches.ts'
import type { PatientSummary } from '../api/me.ts'
import { Dialog } from './dialog.tsx'
import { FailureNotice } from './failure-notice.tsx'
import { formatFhirDate } from './format-date.ts'
import { LoadingLines } from './loading-lines.tsx'

interface OpenAppDialogProps {
  associationId: string
  patient: PatientSummary
  /** Said when there is no application to open. */
  empty: ReactNode
  /** A developer tries things out with made-up patients. */
  isSandbox?: boolean
  onClose(): void
}

/** Opens an application for one patient, and for one visit when that is chosen. */
export function OpenAppDialog({ associationId, patient, empty, isSandbox, onClose }: OpenAppDialogProps) {
  const { data, error, isPending, refetch } = useLaunchChoices(associationId, patient.id)
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
      {error && (
        <FailureNotice error={error} title="The apps could not be loaded" retry={() => void refetch()} />
      )}
      {data?.applications.length === 0 && <Text>{empty}</Text>}
      {data && data.applications.length > 0 && (
        <Stack gap="md">
          {data.encounters.length > 0 && (
            <EncounterChoice encounters={data.encounters} value={encounterId} onChange={setEncounterId} />
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
            applications={data.applications}
            isOpening={launch.isPending}
            onOpen={open}
            patient={patient}
          />
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
  value: string
  onChange(id: string): void
}

function EncounterChoice({ encounters, value, onChange }: EncounterChoiceProps) {
  return (
    <NativeSelect
      label="Visit"
      description="The app starts there, if it works with visits."
      name="encounter"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: 'No particular visit' },
        ...encounters.map(({ id, title, start }) => ({
          value: id,
          label: start === null ? title : `${formatFhirDate(start)}: ${title}`,
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
