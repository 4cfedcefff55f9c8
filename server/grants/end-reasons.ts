/** Why a grant ended whose code, or whose refresh token after its time of grace, came twice: one of the two may have been a thief's. */
export const reusedReason = 'a code or refresh token was used twice'
