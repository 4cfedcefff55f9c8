import { Button, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import { PageHeading } from '../components/page-heading.tsx'

export function NotFoundScreen() {
  return (
    <Stack className="card" align="flex-start">
      <PageHeading title="We cannot find this page" />
      <Text>There is no page at this address. It may have moved, or the link is incomplete.</Text>
      <Button component={Link} to="/">
        Go to the start page
      </Button>
    </Stack>
  )
}
