import { Button, Group, Stack, Switch, Text, Textarea, TextInput, Title } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { Practice, PracticeBrand } from '#server/portal-api/answers.ts'
import { useBrand, useSaveBrand } from '../../api/practice-brand.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { faultOf, isOfNoField } from '../../components/form-failure.ts'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { notify } from '../../components/notify.tsx'

interface PracticeBrandProps {
  practice: Practice
  /** Staff may look. */
  mayDecide: boolean
}

/** How apps find the practice: what of it is published. */
export function PracticeBrandPanel({ practice, mayDecide }: PracticeBrandProps) {
  const { data, error, isPending, refetch } = useBrand(practice.id)
  if (practice.kind === 'sandbox')
    return (
      <div className="card">
        <Text>A sandbox is never listed: nobody in it is real. Only practices can be found by apps.</Text>
      </div>
    )
  return (
    <Stack gap="lg">
      <Text c="dimmed">
        Health apps show people a list of practices to connect to. Say here whether {practice.name} is in it,
        and how patients recognize it. Everything in this form is public once the practice is listed.
        {!mayDecide && ' Only a provider of the practice can change it.'}
      </Text>
      {isPending && <LoadingLines lines={4} />}
      {error && (
        <FailureNotice error={error} title="The form could not be loaded" retry={() => void refetch()} />
      )}
      {data && <BrandForm practice={practice} brand={data.brand} mayDecide={mayDecide} />}
    </Stack>
  )
}

type TextPart = Exclude<keyof PracticeBrand, 'isListed' | 'name' | 'aliases'>

const contacts: Array<{ part: TextPart; label: string; description?: string; placeholder?: string }> = [
  { part: 'website', label: 'Web site', placeholder: 'https://' },
  {
    part: 'logoUri',
    label: 'Logo',
    description: 'The address of a square picture on your web site.',
    placeholder: 'https://',
  },
  { part: 'phone', label: 'Telephone' },
  { part: 'addressLine', label: 'Street' },
  { part: 'city', label: 'City' },
  { part: 'state', label: 'State' },
  { part: 'postalCode', label: 'ZIP code' },
  { part: 'npi', label: 'NPI', description: 'The National Provider Identifier of the practice, ten digits.' },
]
const fieldNames = ['name', 'aliases', 'description', ...contacts.map(({ part }) => part)]

function BrandForm({ practice, brand, mayDecide }: PracticeBrandProps & { brand: PracticeBrand }) {
  const save = useSaveBrand(practice.id)
  const [draft, setDraft] = useState(brand)
  const [aliases, setAliases] = useState(brand.aliases.join('\n'))
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (save.error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [save.error])
  const change = (part: Partial<PracticeBrand>) => setDraft({ ...draft, ...part })
  function submit(event: FormEvent) {
    event.preventDefault()
    save.mutate(
      { ...draft, aliases: aliases.split('\n') },
      {
        onSuccess: ({ brand: { isListed } }) =>
          notify({
            message: isListed ? 'Saved. Apps find the practice now.' : 'Saved. The practice is not listed.',
          }),
      },
    )
  }
  return (
    <form ref={form} onSubmit={submit} className="card" aria-labelledby="brand">
      <Title order={2} size="h4" id="brand" mb="md">
        How apps find you
      </Title>
      <Stack gap="md">
        <Switch
          size="md"
          label="List this practice"
          description="Off: no app finds it by name. Patients you invited can connect apps all the same."
          checked={draft.isListed}
          disabled={!mayDecide}
          onChange={(event) => change({ isListed: event.currentTarget.checked })}
        />
        <TextInput
          className="narrow"
          label="Name"
          description="As patients know it."
          name="name"
          autoComplete="off"
          value={draft.name}
          readOnly={!mayDecide}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={faultOf(save.error, 'name')}
          required
        />
        <Textarea
          className="narrow"
          label="Other names"
          description="What people may search for, one a line: a former name, a short one."
          name="aliases"
          autosize
          minRows={2}
          value={aliases}
          readOnly={!mayDecide}
          onChange={(event) => setAliases(event.currentTarget.value)}
          error={faultOf(save.error, 'aliases')}
        />
        <Textarea
          className="narrow"
          label="What patients find here"
          description="One or two sentences, for example: test results, vaccinations and visits since 2019."
          name="description"
          autosize
          minRows={2}
          value={draft.description ?? ''}
          readOnly={!mayDecide}
          onChange={(event) => change({ description: event.currentTarget.value })}
          error={faultOf(save.error, 'description')}
        />
        {contacts.map(({ part, ...words }) => (
          <TextInput
            key={part}
            className="narrow"
            {...words}
            name={part}
            autoComplete="off"
            value={draft[part] ?? ''}
            readOnly={!mayDecide}
            onChange={(event) => change({ [part]: event.currentTarget.value })}
            error={faultOf(save.error, part)}
          />
        ))}
        {isOfNoField(save.error, fieldNames) && (
          <FailureNotice error={save.error} title="The form was not saved" />
        )}
        {mayDecide && (
          <Group>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}
