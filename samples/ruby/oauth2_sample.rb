# onpatient with oauth2: authorize, token, refresh, list, search, revoke.
#
#     gem install oauth2          (Debian: apt install ruby-oauth2)
#     CLIENT_ID=… CLIENT_SECRET=… ruby oauth2_sample.rb
#
# Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
require 'digest'
require 'oauth2'
require 'securerandom'
require 'socket'
require 'uri'

PORTAL = ENV.fetch('PORTAL_URL', 'http://localhost:8000')
FHIR = ENV.fetch('FHIR_URL', PORTAL)
REDIRECT_URI = URI(ENV.fetch('REDIRECT_URI', 'http://localhost:9999/callback'))
# offline_access asks for a refresh token; openid lets userinfo say who signed in.
SCOPE = ENV.fetch('SCOPE', 'openid profile patient/*.read offline_access')
$stdout.sync = true

# Listens at the redirect URI until the browser comes back: the query.
def wait_for_redirect
  server = TCPServer.new(REDIRECT_URI.host, REDIRECT_URI.port)
  loop do
    browser = server.accept
    target = URI(browser.gets.split[1]) # GET /callback?code=…&state=… HTTP/1.1
    browser.print "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nDone. You can close this window."
    browser.close
    return URI.decode_www_form(target.query.to_s).to_h if target.path == REDIRECT_URI.path
  end
ensure
  server&.close
end

client = OAuth2::Client.new(ENV.fetch('CLIENT_ID'), ENV.fetch('CLIENT_SECRET'),
                            site: PORTAL, authorize_url: '/o/authorize/', token_url: '/o/token/',
                            auth_scheme: :basic_auth, redirect_uri: REDIRECT_URI.to_s)

# 1. Authorize: the person signs in and decides. The library has no PKCE of its own; the parameters do.
state = SecureRandom.urlsafe_base64(24)
verifier = SecureRandom.urlsafe_base64(48)
challenge = Digest::SHA256.base64digest(verifier).tr('+/', '-_').delete('=')
puts "Open this address: #{client.auth_code.authorize_url(scope: SCOPE, state: state, code_challenge: challenge, code_challenge_method: 'S256')}"
query = wait_for_redirect
abort 'The answer belongs to another browser.' if query['state'] != state
abort "No access was given: #{query['error']}" if query['error']
puts '1. Authorized: the state is ours'

# 2. Token: the code, within a minute, for tokens.
token = client.auth_code.get_token(query['code'], code_verifier: verifier)
scope = token.params['scope'].split
puts "2. Token: for #{token.expires_in} seconds, scope #{scope.join(' ')}"
if scope.include?('openid')
  person = token.get('/o/userinfo').parsed
  puts "   Signed in: #{person['sub']} #{person['name']}".rstrip
end
exit if scope.none? { |each| each.start_with?('patient/') } # Sign-in alone reads no record.

# 3. Refresh: each answer has a new refresh token. Keep it: the old one is used up.
before = token.token
token = token.refresh!
abort 'The refresh brought the same token.' if token.token == before
puts '3. Refreshed'

# 4. A list of the classic API, page by page.
count = pages = 0
url = "#{FHIR}/onpatient_api/fhir/Immunization?page-size=20"
while url
  page = token.get(url).parsed
  count += page['results'].length
  pages += 1
  url = page['next'] # nil on the last page
end
puts "4. Classic API: #{count} immunizations on #{pages} pages"

# 5. A search of the R4 API. Its type is application/fhir+json, so the library must be told that it is JSON.
bundle = token.get("#{FHIR}/fhir/r4/Observation", params: { '_sort' => '-date', '_count' => 5 }, parse: :json).parsed
puts "5. R4 API: #{(bundle['entry'] || []).length} of #{bundle['total']} observations, the latest first"

# 6. Revoke: ends the whole access, the refresh token too.
client.request(:post, '/o/revoke/',
               headers: { 'Content-Type' => 'application/x-www-form-urlencoded' },
               body: { token: token.refresh_token, client_id: client.id, client_secret: client.secret })
answer = token.get("#{FHIR}/fhir/r4/Observation", raise_errors: false, parse: :json)
puts "6. Revoked: the API answers #{answer.status}"
