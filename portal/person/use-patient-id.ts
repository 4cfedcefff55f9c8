import { useParams } from 'react-router'

/** Whose record the address names. */
export function usePatientId(): string {
  return useParams().patientId ?? ''
}
