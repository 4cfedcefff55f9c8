import { Anchor, Button } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Association, PatientSummary } from '#server/portal-api/answers.ts'
import { portalPages } from '#server/portal-pages.ts'
import { OpenAppDialog } from '../../components/open-app-dialog.tsx'

interface OpenAppButtonProps {
  /** Of the provider or staff member with the practice. */
  association: Association
  patient: PatientSummary
}

/** On the desk, beside a patient. */
export function OpenAppButton({ association, patient }: OpenAppButtonProps) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <>
      <Button
        variant="default"
        size="sm"
        className="touch"
        onClick={() => setIsOpen(true)}
        leftSection={<IconExternalLink size={18} aria-hidden />}
        aria-label={`Open app for ${patient.name}`}
      >
        Open app
      </Button>
      {isOpen && (
        <OpenAppDialog
          associationId={association.id}
          patient={patient}
          isSandbox={association.practice.kind === 'sandbox'}
          onClose={() => setIsOpen(false)}
          empty={
            <>
              There is no app to open yet. An application of this practice is listed here once it has a launch
              URL, under{' '}
              <Anchor component={Link} to={portalPages.applications} inherit>
                FHIR API Application
              </Anchor>
              .
            </>
          }
        />
      )}
    </>
  )
}
