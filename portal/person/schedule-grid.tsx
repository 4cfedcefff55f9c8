import { Title } from '@mantine/core'
import type { PersonViews } from '#server/views/views.ts'
import { useWords } from '../language/use-words.ts'
import { DoseMark, useDoseStateText } from './dose-state.tsx'

type Schedule = NonNullable<PersonViews['immunizations']['schedule']>

/** The schedule of childhood: vaccine by age. On a phone it scrolls sideways under its first column. */
export function ScheduleGrid({ schedule }: { schedule: Schedule }) {
  const words = useWords('immunizations')
  const textOf = useDoseStateText()
  return (
    <div className="card">
      <Title order={2} size="h4">
        {words('schedule')}
      </Title>
      <p className="schedule-flu">
        <strong>{schedule.flu.name}</strong>
        {' · '}
        {words('eachYear', { state: textOf(schedule.flu) })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls is reached by keyboard (WCAG 2.1.1) */}
      <section className="schedule" aria-label={words('schedule')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words('vaccine')}</th>
              {schedule.ages.map(({ id, name }) => (
                <th key={id} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {schedule.rows.map(({ id, name, cells }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                {cells.map((doses, index) => (
                  <td key={schedule.ages[index]?.id}>
                    {doses.map((dose) => (
                      <DoseMark
                        key={dose.number}
                        dose={dose}
                        number={cells.flat().length > 1 ? dose.number : undefined}
                      />
                    ))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}
