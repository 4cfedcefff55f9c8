/** One thing that `onpatient doctor` examined. */
export interface Finding {
  check: string
  ok: boolean
  message: string
}
