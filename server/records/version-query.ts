/** Versions of one record or, without `id`, of all records of a type; newest first. */
export interface VersionQuery {
  type: string
  id?: string | undefined
  /** Changed at or after, in ms. */
  since?: number | undefined
  /** Versions that were current at some time from `start` to before `end`, in ms. */
  at?: { start: number; end: number } | undefined
  /** 0: only to count. */
  pageSize: number
  after?: VersionKey | undefined
}

export interface VersionKey {
  lastUpdated: number
  id: string
  versionId: number
}

export interface VersionRow {
  id: string
  version_id: number
  last_updated: number
  /** 1 when this version is the deletion of the record. */
  deleted: number
  /** 1 when the record did not exist before. */
  created: number
  /** The method of the write; null when it is not known. */
  method: string | null
  content: string
}

export interface VersionPage {
  total: number
  versions: VersionRow[]
  next: VersionKey | undefined
}
