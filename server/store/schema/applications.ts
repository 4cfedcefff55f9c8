export interface ApplicationTable {
  /** The client_id. */
  id: string
  owner_account_id: string
  name: string
  kind: 'confidential' | 'public'
  /** Space-separated; what the application may ask for. */
  scopes: string
  /** JSON array of strings. */
  redirect_uris: string
  logo_uri: string | null
  policy_uri: string | null
  tos_uri: string | null
  /** 1: accepts token parameters in the URL, as one old client sends them. */
  legacy_url_parameters: number
  created_at: number
  updated_at: number
  deleted_at: number | null
}

export interface ApplicationSecretTable {
  id: string
  application_id: string
  secret_hash: string
  created_at: number
  /** Set on the older ones when a secret is rotated: the end of the overlap. */
  expires_at: number | null
}
