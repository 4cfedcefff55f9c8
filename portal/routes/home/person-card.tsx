import { Accordion, Avatar, Badge, Group, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useRecordCounts } from '../../api/records.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { formatAge, formatFhirDate } from '../../components/format-date.ts'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { type RecordSection, recordSections } from '../../record/record-sections.ts'
import { OpenApp } from './open-app.tsx'
import type { PersonInCare } from './person-in-care.ts'
import { SectionLines } from './section-lines.tsx'

interface PersonCardProps extends PersonInCare {
  /** Beside other people, it is said who is who. */
  isFamily: boolean
}

/** One person, and what their record holds. */
export function PersonCard(props: PersonCardProps) {
  const { associationId, patient, practices, isSelf, isCaredFor, relationship, isFamily } = props
  const age = patient.birthDate ? formatAge(patient.birthDate) : undefined
  return (
    <section className="card" aria-labelledby={`person-${patient.id}`}>
      <Group wrap="nowrap" align="center" mb="lg">
        <Avatar color="accent" radius="xl" size={56} aria-hidden>
          {initialsOf(patient.name)}
        </Avatar>
        <div>
          <Title order={2} size="h3" id={`person-${patient.id}`}>
            {patient.name}
          </Title>
          <Text size="sm" c="dimmed">
            {[age, patient.birthDate && `born ${formatFhirDate(patient.birthDate)}`, practices.join(', ')]
              .filter(Boolean)
              .join(' · ')}
          </Text>
          {isSelf && isFamily && (
            <Badge variant="light" color="green" tt="none" mt={4}>
              Your own record
            </Badge>
          )}
          {isCaredFor && (
            <Badge variant="light" tt="none" mt={4}>
              {relationship ? `You are: ${relationship}` : 'In your care'}
            </Badge>
          )}
        </div>
      </Group>
      <OpenApp associationId={associationId} patient={patient} />
      <RecordSections patientId={patient.id} />
    </section>
  )
}

function RecordSections({ patientId }: { patientId: string }) {
  const { data, error, isPending, refetch } = useRecordCounts(patientId)
  const [open, setOpen] = useState<string | null>(null)
  if (isPending) return <LoadingLines lines={6} />
  if (error)
    return <FailureNotice error={error} title="The record could not be loaded" retry={() => void refetch()} />
  const typesWithRecords = ({ types }: RecordSection) => types.filter((type) => (data.counts[type] ?? 0) > 0)
  const filled = recordSections.filter((section) => typesWithRecords(section).length > 0)
  const empty = recordSections.filter((section) => typesWithRecords(section).length === 0)
  return (
    <>
      <Accordion value={open} onChange={setOpen} order={3} className="sections" variant="default">
        {filled.map((section) => {
          const types = typesWithRecords(section)
          const count = types.reduce((sum, type) => sum + (data.counts[type] ?? 0), 0)
          return (
            <Accordion.Item key={section.id} value={section.id}>
              <Accordion.Control icon={<section.icon size={22} aria-hidden className="section-icon" />}>
                <Group justify="space-between" wrap="nowrap" gap="sm">
                  <span>{section.title}</span>
                  <Badge variant="light" radius="xl" className="count">
                    {count}
                  </Badge>
                </Group>
              </Accordion.Control>
              <Accordion.Panel>
                {open === section.id && (
                  <SectionLines patientId={patientId} types={types} title={section.title} />
                )}
              </Accordion.Panel>
            </Accordion.Item>
          )
        })}
      </Accordion>
      {empty.length > 0 && (
        <Text size="sm" c="dimmed" mt="md">
          Nothing recorded: {empty.map(({ title }) => title).join(', ')}
        </Text>
      )}
    </>
  )
}

function initialsOf(name: string): string {
  const words = name.split(' ').filter(Boolean)
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.charAt(0) ?? '').join('')
}
