/** A code, or a refresh token after its time of grace, came twice. One of the two senders may have been a thief. */
export const reusedReason = 'a code or refresh token was used twice'
