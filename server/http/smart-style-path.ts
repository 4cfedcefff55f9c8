/** Where `server/pages/smart-style.ts` answers; token answers name it as `smart_style_url`. */
export const smartStylePath = '/smart-style.json'
