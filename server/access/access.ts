export type {
  CurrentRecord,
  FoundRecord,
  ListQuery,
  PageKey,
  SearchKey,
  VersionKey,
  VersionRow,
  Written,
} from '#server/records/records.ts'
export {
  type AccessTokens,
  createAccessTokens,
  findProofKeyFault,
  type PresentedToken,
  proofAlgorithms,
} from './access-tokens.ts'
export { type EncounterLine, findEncounter, listLatestEncounters } from './encounters.ts'
export {
  findPatientLine,
  findPatients,
  type PatientLine,
  type PatientQuestion,
  patientLineOf,
} from './find-patients.ts'
export { mostIncluded } from './include-records.ts'
export { type Access, createAccess } from './read-access.ts'
export type { AccountReader, RecordReader } from './record-reader.ts'
export {
  createWriteAccess,
  type RecordWriter,
  type WriteAccess,
  type WriteTransaction,
} from './write-access.ts'
