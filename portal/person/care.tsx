import { Text, Title } from '@mantine/core'
import type { GoalLine, InsuranceCard, PlanLine, ProcedureLine } from '#server/views/views.ts'
import { usePersonPage } from '../api/person-pages.ts'
import { formatAgo, formatList, formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { Entry, EntrySection } from './entry-section.tsx'
import { PersonPageContent } from './page-states.tsx'
import { usePatientId } from './use-patient-id.ts'

/** Who cares for somebody, by what plan, what was done, and who pays. */
export function Care() {
  const words = useWords('care')
  const pages = useWords('pages')
  const page = usePersonPage(usePatientId(), 'care')
  return (
    <PersonPageContent title={pages('care')} page={page}>
      {({ team, plans, goals, orders, procedures, devices, insurance }) => (
        <>
          <EntrySection title={words('team')} lines={team} empty={words('noTeam')}>
            {({ name, roles }) => <Entry key={name} name={name} facts={roles} />}
          </EntrySection>
          {orders.length > 0 && (
            <EntrySection title={words('orders')} lines={orders}>
              {({ id, name, clinical, ordered, due, requester, reasons }) => (
                <Entry
                  key={id}
                  name={name}
                  clinical={clinical}
                  facts={[
                    ordered !== undefined && words('ordered', { date: formatRecordDate(ordered) }),
                    due !== undefined && words('due', { date: formatRecordDate(due) }),
                    requester,
                    formatList(reasons),
                  ]}
                />
              )}
            </EntrySection>
          )}
          <EntrySection title={words('plans')} lines={plans} empty={words('noPlans')}>
            {(plan) => <Plan key={plan.id} plan={plan} />}
          </EntrySection>
          {goals.length > 0 && (
            <EntrySection title={words('goals')} lines={goals}>
              {(goal) => <Goal key={goal.id} goal={goal} />}
            </EntrySection>
          )}
          <EntrySection title={words('procedures')} lines={procedures} empty={words('noProcedures')}>
            {(procedure) => <Procedure key={procedure.id} procedure={procedure} />}
          </EntrySection>
          {devices.length > 0 && (
            <EntrySection title={words('devices')} lines={devices}>
              {({ id, name, manufacturer, lot, serial }) => (
                <Entry
                  key={id}
                  name={name}
                  facts={[
                    manufacturer,
                    lot !== undefined && words('lot', { number: lot }),
                    serial !== undefined && words('serial', { number: serial }),
                  ]}
                />
              )}
            </EntrySection>
          )}
          <section aria-label={words('insurance')}>
            <Title order={2} size="h4">
              {words('insurance')}
            </Title>
            {insurance.length === 0 ? (
              <Text mt="sm">{words('noInsurance')}</Text>
            ) : (
              <ul className="insurance-cards">
                {insurance.map((card) => (
                  <Insurance key={card.id} card={card} />
                ))}
              </ul>
            )}
          </section>
        </>
      )}
    </PersonPageContent>
  )
}

function Plan({ plan }: { plan: PlanLine }) {
  const words = useWords('care')
  const shared = useWords('shared')
  const { name, description, since, until, isActive, activities, goals, conditions } = plan
  return (
    <Entry
      name={name}
      main={description}
      facts={[
        !isActive && words('over'),
        since !== undefined && shared('since', { date: formatRecordDate(since) }),
        until !== undefined && shared('until', { date: formatRecordDate(until) }),
        conditions.length > 0 && words('for', { list: formatList(conditions) }),
      ]}
    >
      {activities.length > 0 && (
        <ul className="entry-parts" aria-label={words('activities')}>
          {activities.map((activity) => (
            <li key={activity} dir="auto">
              {activity}
            </li>
          ))}
        </ul>
      )}
      {goals.length > 0 && (
        <ul className="entries" aria-label={words('goals')}>
          {goals.map((goal) => (
            <Goal key={goal.id} goal={goal} />
          ))}
        </ul>
      )}
    </Entry>
  )
}

function Goal({ goal: { name, status, since, due, notes } }: { goal: GoalLine }) {
  const words = useWords('care')
  const shared = useWords('shared')
  return (
    <Entry
      name={name}
      facts={[
        status,
        since !== undefined && shared('since', { date: formatRecordDate(since) }),
        due !== undefined && words('due', { date: formatRecordDate(due) }),
        ...notes,
      ]}
    />
  )
}

function Procedure({ procedure }: { procedure: ProcedureLine }) {
  const words = useWords('care')
  const shared = useWords('shared')
  const { name, clinical, date, performer, status, earlier } = procedure
  return (
    <Entry
      name={name}
      clinical={clinical}
      facts={[
        status,
        date === undefined ? shared('dateUnknown') : formatRecordDate(date),
        date !== undefined && formatAgo(date),
        performer,
      ]}
    >
      {earlier.length > 0 && (
        <details className="entry-earlier">
          <summary>{words('earlier', { count: earlier.length })}</summary>
          {formatList([...new Set(earlier)].map(formatRecordDate))}
        </details>
      )}
    </Entry>
  )
}

function Insurance({ card }: { card: InsuranceCard }) {
  const words = useWords('care')
  const shared = useWords('shared')
  const rows = [
    [words('memberId'), card.memberId],
    [words('planName'), card.plan],
    [words('group'), card.group],
    [words('kind'), card.kind],
  ] as const
  return (
    <li className="insurance-card">
      <strong dir="auto">{card.name}</strong>
      <dl>
        {rows.map(
          ([label, value]) =>
            value !== undefined && (
              <div key={label}>
                <dt>{label}</dt>
                <dd dir="auto">{value}</dd>
              </div>
            ),
        )}
      </dl>
      <span className="entry-facts">
        {[
          card.isActive ? words('insuranceActive') : words('insuranceOver'),
          card.since && shared('since', { date: formatRecordDate(card.since) }),
          card.until && shared('until', { date: formatRecordDate(card.until) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </li>
  )
}
