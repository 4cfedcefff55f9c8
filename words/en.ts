/**
 * The English catalogue, in ICU MessageFormat: the words of the portal and of the views that the server makes for it. Each page has
 * its namespace. The other catalogues have the same keys (checked by the compiler); no key is unused (words/catalogues.test.ts).
 */
export const en = {
  pages: {
    overview: 'Overview',
    results: 'Results',
    medicines: 'Medicines',
    immunizations: 'Immunizations',
    conditions: 'Conditions',
    vitals: 'Vitals & growth',
    visits: 'Visits',
    documents: 'Documents',
    timeline: 'Timeline',
    care: 'Care team, plans & insurance',
  },
  person: {
    pages: 'Pages of this record',
    switchPerson: 'Whose record',
    own: 'Your own record',
    nameUnknown: 'Name unknown',
    age: '{years, plural, one {# year} other {# years}}',
    ageInMonths: '{months, plural, one {# month} other {# months}}',
    born: 'born {date}',
    noBirthDate: 'date of birth not recorded',
  },
  shared: {
    loadFailed: 'This page could not be loaded',
    unnamed: 'Without a name in the record',
    since: 'since {date}',
    until: 'until {date}',
    fromTo: '{start} to {end}',
    dateUnknown: 'Date not recorded',
    showMore: 'Show more',
    shownOf: '{shown, number} of {total, number}',
    leftOut:
      '{count, plural, one {# entry could not be read and is left out.} other {# entries could not be read and are left out.}}',
    notCounted: 'Not counted',
    print: 'Print',
  },
  conditions: {
    active: 'Active',
    past: 'Past',
    none: 'No conditions are recorded.',
    noneActive: 'No active conditions are recorded.',
    resolved: 'Resolved',
    remission: 'In remission',
    inactive: 'Not active',
    recurrence: 'Has come back',
    relapse: 'Has come back',
    refuted: 'Ruled out',
    enteredInError: 'Entered by mistake',
    unconfirmed: 'Not confirmed yet',
    notCountedHint: 'These entries were ruled out or entered by mistake. They do not count.',
  },
} as const
