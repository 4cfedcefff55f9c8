import { Badge, Button, Group, Text, ThemeIcon, Title } from '@mantine/core'
import { IconBuildingHospital, IconFlask } from '@tabler/icons-react'
import { generatePath, Link } from 'react-router'
import type { Practice } from '#server/portal-api/answers.ts'
import { portalPages } from '#server/portal-pages.ts'

export function PracticeCard({ practice }: { practice: Practice }) {
  const isSandbox = practice.kind === 'sandbox'
  return (
    <section className="card" aria-label={practice.name}>
      <Group wrap="nowrap" align="flex-start" mb="md">
        <ThemeIcon variant="light" size={44} radius="md">
          {isSandbox ? <IconFlask aria-hidden /> : <IconBuildingHospital aria-hidden />}
        </ThemeIcon>
        <div>
          <Title order={2} size="h4">
            {practice.name}
          </Title>
          {isSandbox ? (
            <Badge variant="light" color="blue" tt="none">
              Sandbox with made-up patients
            </Badge>
          ) : (
            <Text size="sm" c="dimmed">
              You work here
            </Text>
          )}
        </div>
      </Group>
      <Button
        component={Link}
        to={generatePath(portalPages.practiceDesk, { practiceId: practice.id })}
        variant="default"
        fullWidth
      >
        Open the practice desk
      </Button>
    </section>
  )
}
