import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useWords } from '../../language/use-words.ts'

interface FindTestProps {
  /** What the address asks for. */
  find: string
  tests: ReadonlyArray<{ test: string; name: string }>
}

/** Finds results by the name of their test, and leads to the chart of one. */
export function FindTest({ find, tests }: FindTestProps) {
  const words = useWords('results')
  const [typed, setTyped] = useState(find)
  const [, setAddress] = useSearchParams()
  const navigate = useNavigate()
  return (
    <div className="find-test no-print">
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            setAddress(typed.trim() === '' ? {} : { find: typed.trim() })
          }}
        >
          <TextInput
            type="search"
            label={words('find')}
            value={typed}
            maxLength={100}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          <Button type="submit" variant="default">
            {words('findButton')}
          </Button>
          {find !== '' && (
            <Button variant="subtle" onClick={() => setAddress({})}>
              {words('showAll')}
            </Button>
          )}
        </form>
      </search>
      {tests.length > 0 && (
        <NativeSelect
          label={words('chart')}
          value=""
          data={[
            { value: '', label: words('chooseTest') },
            ...tests.map(({ test, name }) => ({ value: test, label: name })),
          ]}
          onChange={({ currentTarget }) => {
            if (currentTarget.value !== '') void navigate(addressOfTest(currentTarget.value))
          }}
        />
      )}
    </div>
  )
}

/** The page of a test, from the list of results. */
export function addressOfTest(test: string): string {
  return `test?${new URLSearchParams({ code: test })}`
}
