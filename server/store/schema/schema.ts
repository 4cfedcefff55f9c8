import type { AccountTable, KnownDeviceTable, MailLinkTable, SignInTable, ThrottleTable } from './accounts.ts'
import type {
  ApplicationChangeConsentTable,
  ApplicationChangeTable,
  ApplicationSecretTable,
  ApplicationTable,
  ApprovalRequestTable,
  RegistrationTokenTable,
} from './applications.ts'
import type {
  AuthenticatorAppTable,
  PasskeyChallengeTable,
  PasskeyTable,
  PendingSignInTable,
  RecoveryCodeTable,
} from './factors.ts'
import type {
  AccessTokenTable,
  GrantAssociationTable,
  GrantTable,
  OidcPayloadTable,
  ServerKeyTable,
  UsedOnceTable,
} from './grants.ts'
import type { GrantContextTable, LaunchTable } from './launches.ts'
import type { MailStopTable, OutboxMailTable, QueuedMailTable, SandboxMailTable } from './mail.ts'
import type { ScheduledWorkTable, SignUpInvitationTable } from './operations.ts'
import type {
  AssociationTable,
  InvitationTable,
  PracticeBrandTable,
  PracticeFormerPatientTable,
  PracticePatientTable,
  PracticeTable,
} from './practices.ts'
import type {
  RecordCitationTable,
  RecordRangeTable,
  RecordTable,
  RecordTextTable,
  RecordVersionTable,
  SearchIndexTable,
} from './records.ts'

/** Every table of the database, by its SQL name. */
export interface Schema {
  account: AccountTable
  sign_in: SignInTable
  mail_link: MailLinkTable
  throttle: ThrottleTable
  mail_stop: MailStopTable
  sandbox_mail: SandboxMailTable
  queued_mail: QueuedMailTable
  outbox_mail: OutboxMailTable
  sign_up_invitation: SignUpInvitationTable
  scheduled_work: ScheduledWorkTable
  known_device: KnownDeviceTable
  pending_sign_in: PendingSignInTable
  authenticator_app: AuthenticatorAppTable
  recovery_code: RecoveryCodeTable
  passkey: PasskeyTable
  passkey_challenge: PasskeyChallengeTable
  practice: PracticeTable
  practice_patient: PracticePatientTable
  practice_former_patient: PracticeFormerPatientTable
  practice_brand: PracticeBrandTable
  association: AssociationTable
  invitation: InvitationTable
  application: ApplicationTable
  application_secret: ApplicationSecretTable
  application_change: ApplicationChangeTable
  application_change_consent: ApplicationChangeConsentTable
  registration_token: RegistrationTokenTable
  approval_request: ApprovalRequestTable
  grant: GrantTable
  grant_association: GrantAssociationTable
  grant_context: GrantContextTable
  launch: LaunchTable
  access_token: AccessTokenTable
  used_once: UsedOnceTable
  oidc_payload: OidcPayloadTable
  server_key: ServerKeyTable
  record: RecordTable
  record_version: RecordVersionTable
  record_citation: RecordCitationTable
  record_text: RecordTextTable
  record_range: RecordRangeTable
  search_index: SearchIndexTable
}
