import { type CSSVariablesResolver, createTheme, defaultVariantColorsResolver } from '@mantine/core'

/** Mantine dressed in the tokens of `server/pages/assets/tokens.css`: one look for pages and portal. */
export const theme = createTheme({
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--font-code)',
  headings: { fontFamily: 'var(--font)', fontWeight: '650' },
  defaultRadius: 'md',
  radius: { sm: 'var(--radius-small)', md: 'var(--radius)', lg: 'var(--radius-large)' },
  primaryColor: 'accent',
  colors: {
    // The library wants ten shades; the variables below say which tokens its parts really use.
    accent: [
      ...(['var(--accent-soft)', 'var(--accent-soft)', 'var(--accent-line)', 'var(--accent-line)'] as const),
      ...(['var(--accent)', 'var(--accent)', 'var(--accent)', 'var(--accent)', 'var(--accent)'] as const),
      'var(--accent-strong)',
    ],
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input)
    if (input.variant !== 'filled') return colors
    const isDanger = input.color === 'red'
    return { ...colors, color: isDanger ? 'var(--on-danger)' : 'var(--on-accent)' }
  },
  components: {
    Button: { defaultProps: { size: 'md' } },
    TextInput: { defaultProps: { size: 'md' } },
    Textarea: { defaultProps: { size: 'md' } },
    PasswordInput: { defaultProps: { size: 'md' } },
    NativeSelect: { defaultProps: { size: 'md' } },
    // At least 44 pixels for fingers.
    ActionIcon: { defaultProps: { size: 44 } },
    Modal: {
      defaultProps: {
        radius: 'lg',
        centered: true,
        closeButtonProps: { 'aria-label': 'Close', size: 44 },
        // Its `<header>` would count as a second banner of the page.
        attributes: { header: { role: 'presentation' } },
      },
    },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close this message', size: 44 } } },
  },
})

const variables = {
  '--mantine-color-body': 'var(--ground)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-soft)',
  '--mantine-color-placeholder': 'var(--text-soft)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-error': 'var(--danger)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--accent-soft)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--line-control)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-filled-hover': 'var(--accent-strong)',
  ...colorVariables('accent', 'accent'),
  ...colorVariables('red', 'danger'),
  ...colorVariables('yellow', 'warning'),
  ...colorVariables('green', 'success'),
  ...colorVariables('blue', 'info'),
}

function colorVariables(color: string, token: string): Record<string, string> {
  const strong = token === 'accent' || token === 'danger' ? `${token}-strong` : token
  return {
    [`--mantine-color-${color}-filled`]: `var(--${token})`,
    [`--mantine-color-${color}-filled-hover`]: `var(--${strong})`,
    [`--mantine-color-${color}-light`]: `var(--${token}-soft)`,
    [`--mantine-color-${color}-light-hover`]: `var(--${token}-soft)`,
    [`--mantine-color-${color}-light-color`]: `var(--${token})`,
    [`--mantine-color-${color}-outline`]: `var(--${token})`,
    [`--mantine-color-${color}-outline-hover`]: `var(--${token}-soft)`,
    [`--mantine-color-${color}-text`]: `var(--${token})`,
  }
}

/** The tokens know light and dark by themselves, so both schemes get the same names. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: variables,
  dark: variables,
})
