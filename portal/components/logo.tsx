/** A heart with a keyhole, as on the server's pages; colours come from the stylesheet. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <rect className="logo-ground" width="32" height="32" rx="9" />
      <path
        className="logo-heart"
        d="M16 25.6c-5.7-4.1-9.6-7.5-9.6-12A5.3 5.3 0 0 1 11.8 8.2c1.7 0 3.2.8 4.2 2.1 1-1.3 2.5-2.1 4.2-2.1a5.3 5.3 0 0 1 5.4 5.4c0 4.5-3.9 7.9-9.6 12z"
      />
      <path
        className="logo-ground"
        d="M16 12.3a2.3 2.3 0 0 1 1.2 4.3l.8 3.8h-4l.8-3.8a2.3 2.3 0 0 1 1.2-4.3z"
      />
    </svg>
  )
}
