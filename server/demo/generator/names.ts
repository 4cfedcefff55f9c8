/** Ordinary names from many places. No combination means a real person. */
export const familyNames = words(
  'Alvarez Bauer Bennett Brooks Campbell Castillo Chen Cohen Costa Davis Delgado Diallo Edwards Fischer Foster Garcia ' +
    'Gupta Haddad Hansen Hughes Ibrahim Jackson Jensen Kaya Kim Kowalski Larsen Lee Lopez Martin Meyer Mitchell Morales ' +
    'Murphy Nguyen Novak Okafor Olsen Ortiz Park Patel Perez Reyes Rossi Santos Schmidt Silva Singh Stewart Tanaka ' +
    'Thompson Tran Walker Wilson Wong Yang',
)

/** Names given to women and to men, of parents and grandparents, then of children. */
export const givenNames = {
  female: {
    adult: words(
      'Alicia Amina Andrea Angela Beatriz Carmen Caroline Christine Diana Elena Emily Fatima Grace Hannah Helen Ingrid ' +
        'Jennifer Julia Karen Laura Leila Linda Lucia Margaret Maria Michelle Mei Monica Nadia Naomi Olga Patricia Priya ' +
        'Rachel Rosa Ruth Sarah Sofia Susan Teresa Theresa Veronica Yuki Yvonne',
    ),
    child: words(
      'Abigail Ada Amelia Ana Aria Ava Camila Chloe Clara Eliana Ella Emma Eva Hazel Isla Ivy Jade Layla Lily Lucy Luna ' +
        'Maya Mia Mila Nina Nora Olivia Penelope Ruby Sara Stella Violet Zara Zoe',
    ),
  },
  male: {
    adult: words(
      'Adrian Ahmed Alan Andre Anthony Arjun Benjamin Brian Carlos Charles Daniel David Diego Eduardo Erik Frank George ' +
        'Gregory Hassan Hiroshi Ivan James Jorge Joseph Kenneth Kevin Luis Marcus Mark Martin Matthew Michael Miguel Omar ' +
        'Patrick Paul Peter Rafael Raj Richard Robert Samuel Stephen Thomas Victor William',
    ),
    child: words(
      'Aaron Alex Asher Caleb Dylan Eli Ethan Ezra Felix Finn Gabriel Henry Hugo Isaac Jack Jonah Julian Kai Leo Levi ' +
        'Liam Lucas Luka Mateo Max Micah Milo Nathan Nico Noah Oliver Oscar Owen Rohan Ryan Theo Tobias Wyatt',
    ),
  },
} as const

function words(text: string): readonly [string, ...string[]] {
  return text.split(' ') as [string, ...string[]]
}
