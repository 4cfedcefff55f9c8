import { ActionIcon, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconPlus, IconTrash } from '@tabler/icons-react'
import { useRef } from 'react'
import { ApiFailure } from '../../../api/call-api.ts'
import { faultOf } from '../../../components/form-failure.ts'
import { newRow, type RedirectUriRow } from './application-draft.ts'
import { adviceAbout } from './redirect-uri-advice.ts'

interface RedirectUriRowsProps {
  rows: readonly RedirectUriRow[]
  error: unknown
  onChange(rows: RedirectUriRow[]): void
}

export function RedirectUriRows({ rows, error, onChange }: RedirectUriRowsProps) {
  const addButton = useRef<HTMLButtonElement>(null)
  const faulty = findFaultyRow(rows, error)
  function change(key: number, text: string) {
    onChange(rows.map((row) => (row.key === key ? { key, text } : row)))
  }
  function remove(key: number) {
    onChange(rows.filter((row) => row.key !== key))
    // The button that had the focus is gone with its row.
    addButton.current?.focus()
  }
  return (
    <Fieldset legend="Redirect URIs" variant="unstyled" className="form-group">
      <Text size="sm" c="dimmed" mb="sm">
        Where people go back to after they agreed. Starts with http:// or https:// and is compared letter by
        letter. A public application on a phone or computer may also use a scheme of its own, such as
        com.example.app:/callback.
      </Text>
      <Stack gap="sm">
        {rows.map((row, index) => (
          <UriRow
            key={row.key}
            row={row}
            label={`Redirect URI ${index + 1}`}
            error={faulty === index ? faultOf(error, 'redirectUris') : undefined}
            // One row must stay: without an address there is no way back.
            onRemove={rows.length > 1 ? () => remove(row.key) : undefined}
            isNew={row.text === '' && index > 0 && index === rows.length - 1}
            onChange={(text) => change(row.key, text)}
          />
        ))}
        <Button
          ref={addButton}
          variant="default"
          size="sm"
          className="touch own-width"
          leftSection={<IconPlus size={18} aria-hidden />}
          onClick={() => onChange([...rows, newRow()])}
        >
          Add another redirect URI
        </Button>
      </Stack>
    </Fieldset>
  )
}

interface UriRowProps {
  row: RedirectUriRow
  label: string
  error: string | undefined
  isNew: boolean
  onChange(text: string): void
  onRemove: (() => void) | undefined
}

function UriRow({ row, label, error, isNew, onChange, onRemove }: UriRowProps) {
  const advice = adviceAbout(row.text)
  return (
    <div>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <TextInput
          className="grow"
          aria-label={label}
          inputMode="url"
          spellCheck={false}
          autoComplete="off"
          placeholder="https://app.example/callback"
          value={row.text}
          onChange={(event) => onChange(event.currentTarget.value)}
          error={error}
          autoFocus={isNew}
        />
        {onRemove && (
          <ActionIcon variant="default" onClick={onRemove} aria-label={`Remove ${label}`}>
            <IconTrash size={20} aria-hidden />
          </ActionIcon>
        )}
      </Group>
      <Text role="status" size="sm" c="var(--warning)" className="advice">
        {advice && (
          <>
            <IconAlertTriangle size={18} aria-hidden />
            <span>{advice}</span>
          </>
        )}
      </Text>
    </div>
  )
}

/** The server names the row by its number, or quotes it; a fault of the whole list belongs to the first row. */
function findFaultyRow(rows: readonly RedirectUriRow[], error: unknown): number | undefined {
  if (!(error instanceof ApiFailure) || faultOf(error, 'redirectUris') === undefined) return undefined
  const number = /^redirectUris\.(\d+)$/.exec(error.field ?? '')?.[1]
  if (number !== undefined) return Number(number)
  const quoted = rows.findIndex(
    ({ text }) => text.trim() !== '' && error.message.startsWith(`"${text.trim().slice(0, 200)}"`),
  )
  return Math.max(quoted, 0)
}
