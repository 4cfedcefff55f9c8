import { Fragment } from 'react'
import type { FieldChange } from '#server/portal-api/answers.ts'
import { wordsOfServiceScopes } from '../record/service-scope-words.ts'

const fieldWords: Record<FieldChange['field'], string> = {
  name: 'Name',
  logo: 'Logo',
  keys: 'Keys by which it proves who it is',
  scopes: 'What it may do',
}

/** What a service was and what it would be, as entries of a `dl`. */
export function ServiceChangeFacts({ changes }: { changes: readonly FieldChange[] }) {
  return changes.map(({ field, from, to }) => (
    <Fragment key={field}>
      <dt>{fieldWords[field]}</dt>
      <dd>
        <del>{show(field, from)}</del>
        <br />
        <ins>{show(field, to)}</ins>
      </dd>
    </Fragment>
  ))
}

function show(field: string, value: string): string {
  if (field !== 'scopes') return value
  return wordsOfServiceScopes(value.split(' ').filter((scope) => scope.startsWith('system/'))).join('; ')
}
