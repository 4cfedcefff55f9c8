import {
  IconAlertTriangle,
  IconFileText,
  IconHeartbeat,
  IconHeartHandshake,
  IconMedicalCross,
  IconPill,
  IconStethoscope,
  IconTestPipe,
  IconUserHeart,
  IconVaccine,
} from '@tabler/icons-react'
import type { LineKind, RecordLine } from '#server/views/views.ts'
import { formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import { Entry } from './entry-section.tsx'
import { usePages } from './use-pages.ts'
import './record-line.css'

const icons = {
  visit: IconStethoscope,
  result: IconTestPipe,
  vital: IconHeartbeat,
  medicine: IconPill,
  immunization: IconVaccine,
  condition: IconUserHeart,
  allergy: IconAlertTriangle,
  procedure: IconMedicalCross,
  document: IconFileText,
  care: IconHeartHandshake,
} as const satisfies Record<LineKind, unknown>

export function KindIcon({ kind }: { kind: LineKind }) {
  const Icon = icons[kind]
  return <Icon className="kind-icon" size={20} stroke={1.75} aria-hidden />
}

interface RecordEntryProps {
  patientId: string
  line: RecordLine
  /** Where the kinds are mixed. */
  hasKind: boolean
}

/** One entry of whatever type, with the way to the page where it stands. */
export function RecordEntry({ patientId, line, hasKind }: RecordEntryProps) {
  const words = useWords('timeline')
  const shared = useWords('shared')
  const { kind, name, clinical, value, date, status, page } = line
  const isPage = usePages().includes(page.split('/')[0] ?? '')
  return (
    <Entry
      name={name}
      {...(isPage ? { to: `/people/${patientId}/${page}` } : {})}
      clinical={clinical}
      main={value !== undefined && /^\d{4}-\d\d/.test(value) ? formatRecordDate(value) : value}
      facts={[
        date === undefined ? shared('dateUnknown') : formatRecordDate(date),
        // words: timeline.kinds.*
        hasKind && words(`kinds.${kind}`, { count: 1 }),
        status,
      ]}
      icon={hasKind ? <KindIcon kind={kind} /> : undefined}
    />
  )
}
