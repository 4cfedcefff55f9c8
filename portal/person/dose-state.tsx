import type { DoseState } from '#server/views/views.ts'
import { formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'

/** Beside the words, so that a state is seen at a glance without its colour. */
const signs = { done: '✓', due: '●', late: '!', coming: '○', notNeeded: '–' } as const

/** "Done 3 March 2024", "Late since 1 May 2026". */
export function useDoseStateText() {
  const words = useWords('immunizations')
  return (dose: DoseState): string => {
    switch (dose.state) {
      case 'done':
        return dose.date === undefined
          ? words('doneNoDate')
          : words('done', { date: formatRecordDate(dose.date) })
      case 'due':
        return words('dueSince', { date: formatRecordDate(dose.date) })
      case 'late':
        return words('lateSince', { date: formatRecordDate(dose.date) })
      case 'coming':
        return words('coming', { date: formatRecordDate(dose.date) })
      case 'notNeeded':
        return words('notNeeded')
      default:
        return dose satisfies never
    }
  }
}

/** One dose of the schedule, with its number where there are several. */
export function DoseMark({ dose, number }: { dose: DoseState; number?: number | undefined }) {
  const words = useWords('immunizations')
  const textOf = useDoseStateText()
  return (
    <span className="dose" data-state={dose.state}>
      <span className="dose-sign" aria-hidden>
        {signs[dose.state]}
      </span>
      <span>
        {number !== undefined && <span className="dose-number">{words('dose', { number })}</span>}
        {textOf(dose)}
      </span>
    </span>
  )
}
