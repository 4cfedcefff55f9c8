import { Button } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import type { PatientSummary } from '#server/portal-api/answers.ts'
import { useLaunchChoices } from '../api/launches.ts'

/** Comes when it is opened. */
const OpenAppDialog = lazy(async () => ({
  default: (await import('../components/open-app-dialog.tsx')).OpenAppDialog,
}))

interface OpenAppProps {
  associationId: string
  patient: PatientSummary
}

/** A button for a person who has connected an app that can be opened from here. Others see nothing. */
export function OpenApp({ associationId, patient }: OpenAppProps) {
  const { data } = useLaunchChoices(associationId, patient.id)
  const [isOpen, setIsOpen] = useState(false)
  if (!data || data.pages.every(({ applications }) => applications.length === 0)) return null
  return (
    <>
      <Button
        variant="default"
        mb="lg"
        onClick={() => setIsOpen(true)}
        leftSection={<IconExternalLink size={18} aria-hidden />}
        aria-label={`Open an app for ${patient.name}`}
      >
        Open an app
      </Button>
      {isOpen && (
        <Suspense fallback={null}>
          <OpenAppDialog
            associationId={associationId}
            patient={patient}
            empty="There is no app to open any more."
            onClose={() => setIsOpen(false)}
          />
        </Suspense>
      )}
    </>
  )
}
