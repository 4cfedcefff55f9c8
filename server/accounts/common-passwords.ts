/** Passwords that guessers try first, in lower case. They have eight characters or more, because shorter ones are refused anyway. */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
  0123456789 11223344 112233445566 123123123 12341234 123456123456 12345678 123456789 1234567890
  123456abc 1a2b3c4d 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 87654321 987654321 a1b2c3d4 abc12345
  abcd1234 abcdefg1 abcdefgh admin123 admin1234 adminadmin administrator arsenal1 asdf1234 asdfghjk
  asdfghjkl baseball baseball1 basketball batman123 butterfly changeme changeme1 charlie1 cheese123
  chelsea1 computer corvette default1 doctor123 dragon123 football football1 guest1234 health123
  hello123 hellohello hospital iloveyou iloveyou1 iloveyou2 internet jennifer jordan23 letmein1
  letmein123 liverpool master123 maverick medical1 mercedes michael1 michelle midnight monkey123
  onpatient onpatient1 p@ssw0rd p@ssword passw0rd password password1 password12 password123
  password1234 patient1 patient123 pokemon1 practice1 princess princess1 qazwsxedc qwer1234 qwerty12
  qwerty123 qwerty1234 qwertyui qwertyuiop root1234 samantha secret123 shadow123 starwars sunshine
  sunshine1 superman superman1 temp1234 test1234 testtest topsecret trustno1 welcome1 welcome123
  whatever zaq12wsx zxcvbnm, zxcvbnm1
`
    .trim()
    .split(/\s+/),
)
