import { splitScopes } from '#fhir/scope/scope.ts'

/** The scopes of an application as a form: the usual ones to tick, the others as text. */
export interface ScopeDraft {
  wholeOfPatient: boolean
  wholeOfUser: boolean
  offline: boolean
  others: string
}

type Ticked = Exclude<keyof ScopeDraft, 'others'>

interface UsualScope {
  part: Ticked
  scope: string
  label: string
  description: string
}

export const usualScopes: readonly UsualScope[] = [
  {
    part: 'wholeOfPatient',
    scope: 'patient/*.read',
    label: 'Read the whole record of one person',
    description: 'For apps that patients and families use.',
  },
  {
    part: 'wholeOfUser',
    scope: 'user/*.read',
    label: 'Read everything that the person may see',
    description: 'For apps that practices use: the records of all their patients.',
  },
  {
    part: 'offline',
    scope: 'offline_access',
    label: 'Stay connected',
    description: 'A refresh token, so that people need not come back every 48 hours.',
  },
]

export function scopeDraftOf(scopes: readonly string[]): ScopeDraft {
  const usual = new Set(usualScopes.map(({ scope }) => scope))
  return {
    wholeOfPatient: scopes.includes('patient/*.read'),
    wholeOfUser: scopes.includes('user/*.read'),
    offline: scopes.includes('offline_access'),
    others: scopes.filter((scope) => !usual.has(scope)).join(' '),
  }
}

export function scopesOf(draft: ScopeDraft): string[] {
  const ticked = usualScopes.filter(({ part }) => draft[part]).map(({ scope }) => scope)
  return [...new Set([...ticked, ...splitScopes(draft.others)])]
}
